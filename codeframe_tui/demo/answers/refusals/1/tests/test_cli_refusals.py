from parcels.cli import main


def quote(size, capsys):
    code = main(["quote", "--size", size, "--weight", "1500", "10115", "80331"])
    return code, capsys.readouterr().err


def test_a_parcel_that_is_too_big_has_an_exit_code_of_its_own(capsys):
    assert quote("130x20x10", capsys)[0] == 3


def test_the_message_names_the_limit_and_the_way_out(capsys):
    _, message = quote("110x60x50", capsys)
    assert "girth of 330 cm is more than 300 cm" in message
    assert "freight" in message


def test_other_errors_stay_as_they_were(capsys):
    assert quote("0x20x10", capsys) == (2, "error: every side must be longer than 0 cm\n")
