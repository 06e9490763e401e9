from parcels.cli import main


def test_a_quote_is_printed(capsys):
    assert main(["quote", "--size", "30x20x10", "--weight", "1500", "10115", "80331"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "total                     6.25"


def test_a_wrong_postcode_is_an_error(capsys):
    assert main(["quote", "--size", "30x20x10", "--weight", "1500", "1", "80331"]) == 2
    assert "postcode" in capsys.readouterr().err


def test_a_tracking_number_is_checked(capsys):
    assert main(["check", "PX473124829"]) == 0
    assert main(["check", "PX473124820"]) == 1
    assert capsys.readouterr().out == "valid\nnot valid\n"
