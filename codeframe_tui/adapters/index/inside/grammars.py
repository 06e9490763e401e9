"""What is looked for in other languages than Python: one table each, read where its wheel is there.

In a query ``@class``, ``@function``, ``@method`` and ``@variable`` are definitions, ``@within`` is
what only gives others its name, ``@of`` what functions are methods of; each has a ``@name``.
``@owner`` is a name before the own one, ``@body`` where the signature ends, where that is not the
field of this name. ``@import`` is a path in quotes, ``@doc`` a comment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["GRAMMARS", "Grammar", "named"]


@dataclass(frozen=True, slots=True)
class Grammar:
    """One language.

    Attributes:
        name: how the index calls it.
        package: the module of its wheel.
        endings: of the files' names.
        query: what is looked for.
        function: of the module; gives the language.
        comments: how their lines begin.
        beside: a path that is imported is one beside the file, also without a dot before it.
    """

    name: str
    package: str
    endings: tuple[str, ...]
    query: str
    function: str = "language"
    comments: tuple[str, ...] = ("//", "/*", "*")
    beside: bool = False


_SCRIPT = """
(comment) @doc
(function_declaration name: (identifier) @name) @function
(generator_function_declaration name: (identifier) @name) @function
(method_definition name: [(property_identifier) (private_property_identifier)] @name) @method
(program (lexical_declaration (variable_declarator name: (identifier) @name) @variable))
(program (variable_declaration (variable_declarator name: (identifier) @name) @variable))
(program (export_statement
  (lexical_declaration (variable_declarator name: (identifier) @name) @variable)))
(variable_declarator
  name: (identifier) @name
  value: [(arrow_function body: (_) @body) (function_expression body: (_) @body)]) @function
(import_statement source: (string) @import)
(export_statement source: (string) @import)
(call_expression
  function: [(identifier) (import)] @called arguments: (arguments . (string) @import)
  (#match? @called "^(require|import)$"))
"""
_TYPED_SCRIPT = (
    _SCRIPT
    + """
(class_declaration name: (type_identifier) @name) @class
(abstract_class_declaration name: (type_identifier) @name) @class
(interface_declaration name: (type_identifier) @name) @class
(enum_declaration name: (identifier) @name) @class
(type_alias_declaration name: (type_identifier) @name value: (_) @body) @class
(internal_module name: [(identifier) (nested_identifier)] @name) @within
(public_field_definition
  name: (property_identifier) @name value: (arrow_function body: (_) @body)) @method
(method_signature name: (property_identifier) @name) @method
(abstract_method_signature name: (property_identifier) @name) @method
(function_signature name: (identifier) @name) @function
"""
)
_C = """
(comment) @doc
(function_definition
  declarator: (function_declarator declarator: (identifier) @name)) @function
(function_definition declarator: (pointer_declarator
  declarator: (function_declarator declarator: (identifier) @name))) @function
(struct_specifier name: (type_identifier) @name body: (_)) @class
(union_specifier name: (type_identifier) @name body: (_)) @class
(enum_specifier name: (type_identifier) @name body: (_)) @class
(type_definition declarator: (type_identifier) @name) @class
(translation_unit (declaration
  declarator: (init_declarator declarator: (identifier) @name value: (_) @body)) @variable)
(preproc_def name: (identifier) @name) @variable
(preproc_function_def name: (identifier) @name value: (_) @body) @function
(preproc_include path: (string_literal) @import)
"""

GRAMMARS = (
    Grammar(
        "javascript",
        "tree_sitter_javascript",
        (".js", ".jsx", ".mjs", ".cjs"),
        _SCRIPT
        + """
(class_declaration name: (identifier) @name) @class
(field_definition
  property: (property_identifier) @name value: (arrow_function body: (_) @body)) @method
""",
    ),
    Grammar(
        "typescript",
        "tree_sitter_typescript",
        (".ts", ".mts", ".cts"),
        _TYPED_SCRIPT,
        "language_typescript",
    ),
    Grammar("tsx", "tree_sitter_typescript", (".tsx",), _TYPED_SCRIPT, "language_tsx"),
    Grammar(
        "go",
        "tree_sitter_go",
        (".go",),
        """
(comment) @doc
(function_declaration name: (identifier) @name) @function
(method_declaration
  receiver: (parameter_list (parameter_declaration type: [
    (type_identifier) @owner
    (generic_type type: (type_identifier) @owner)
    (pointer_type [(type_identifier) @owner (generic_type type: (type_identifier) @owner)])]))
  name: (field_identifier) @name) @method
(type_spec name: (type_identifier) @name type: (struct_type (_) @body)) @class
(type_spec name: (type_identifier) @name type: (interface_type)) @class
(type_spec name: (type_identifier) @name
  type: [(type_identifier) (function_type) (map_type) (slice_type) (pointer_type)
    (qualified_type) (generic_type) (array_type) (channel_type)]) @class
(type_alias name: (type_identifier) @name) @class
(source_file (const_declaration (const_spec name: (identifier) @name) @variable))
(source_file (var_declaration (var_spec name: (identifier) @name) @variable))
(source_file (var_declaration (var_spec_list (var_spec name: (identifier) @name) @variable)))
""",
    ),
    Grammar(
        "rust",
        "tree_sitter_rust",
        (".rs",),
        """
[(line_comment) (block_comment)] @doc
(function_item name: (identifier) @name) @function
(function_signature_item name: (identifier) @name) @function
(struct_item name: (type_identifier) @name) @class
(enum_item name: (type_identifier) @name) @class
(union_item name: (type_identifier) @name) @class
(trait_item name: (type_identifier) @name) @class
(type_item name: (type_identifier) @name) @class
(impl_item type: [(type_identifier) @name (generic_type type: (type_identifier) @name)]) @of
(mod_item name: (identifier) @name body: (_)) @within
(macro_definition name: (identifier) @name) @function
(const_item name: (identifier) @name) @variable
(static_item name: (identifier) @name) @variable
""",
    ),
    Grammar(
        "java",
        "tree_sitter_java",
        (".java",),
        """
[(line_comment) (block_comment)] @doc
(class_declaration name: (identifier) @name) @class
(interface_declaration name: (identifier) @name) @class
(enum_declaration name: (identifier) @name) @class
(record_declaration name: (identifier) @name) @class
(annotation_type_declaration name: (identifier) @name) @class
(method_declaration name: (identifier) @name) @method
(constructor_declaration name: (identifier) @name) @method
""",
    ),
    Grammar("c", "tree_sitter_c", (".c", ".h"), _C, beside=True),
    Grammar(
        "cpp",
        "tree_sitter_cpp",
        (".cc", ".cpp", ".cxx", ".hh", ".hpp", ".hxx"),
        _C
        + """
(function_definition
  declarator: (function_declarator declarator: (field_identifier) @name)) @method
(function_definition declarator: (reference_declarator
  (function_declarator declarator: [(identifier) (field_identifier)] @name))) @function
(function_definition declarator: (function_declarator declarator: (qualified_identifier
  scope: (_) @owner
  name: [(identifier) (destructor_name) (operator_name)] @name))) @method
(function_definition declarator: (_ (function_declarator declarator: (qualified_identifier
  scope: (_) @owner name: [(identifier) (operator_name)] @name)))) @method
(function_definition declarator: (function_declarator declarator: (qualified_identifier
  name: (qualified_identifier
    scope: (_) @owner name: [(identifier) (destructor_name) (operator_name)] @name)))) @method
(function_definition declarator: (function_declarator declarator: (destructor_name) @name)) @method
(class_specifier name: (type_identifier) @name body: (_)) @class
(namespace_definition name: (_) @name) @within
(alias_declaration name: (type_identifier) @name) @class
""",
        beside=True,
    ),
    Grammar(
        "ruby",
        "tree_sitter_ruby",
        (".rb", ".rake"),
        """
(comment) @doc
(class name: [(constant) (scope_resolution)] @name) @class
(module name: [(constant) (scope_resolution)] @name) @class
(method name: (_) @name) @method
(singleton_method name: (_) @name) @method
(program (assignment left: (constant) @name) @variable)
(call method: (identifier) @called arguments: (argument_list . (string) @import)
  (#eq? @called "require_relative"))
""",
        comments=("#",),
        beside=True,
    ),
)
_ENDINGS: Mapping[str, str] = {end: each.name for each in GRAMMARS for end in each.endings}


def named(path: str) -> str:
    """The language of a file by its name; empty for Python and for what has no table."""
    name = path.rpartition("/")[2]
    return _ENDINGS.get("." + name.rpartition(".")[2], "") if "." in name else ""
