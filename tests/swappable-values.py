#!/usr/bin/python3
"""swappable-values.py BUILD FILE...: values that can be given in the wrong order without an error of the compiler.

An aggregate of common/ or tools/ that is made of two or more values of one type must name its members: {.count = 50, .percent = 10}. Texts count
as one type, std::string and std::string_view alike. No function may have two parameters of type bool in a row. BUILD is a build directory, for generated files. Exit status: 0 none, 1 some, which are
printed. tests/clang-tidy.sh runs it; it needs python3-clang.
"""
import multiprocessing
import os
import sys

from clang.cindex import CursorKind, Index, TypeKind

FUNCTIONS = {CursorKind.FUNCTION_DECL, CursorKind.CXX_METHOD, CursorKind.CONSTRUCTOR}
TEXTS = {"std::basic_string<char>", "std::basic_string_view<char>", "char *"}


def is_ours(location):
    return location.file is not None and os.path.relpath(location.file.name).startswith(("common/", "tools/"))


def kind_of(field):
    name = field.type.get_canonical().spelling.replace("const ", "").rstrip("& ")
    return "text" if name in TEXTS else name


def lacks_names(values):
    record = values.type.get_canonical()
    if record.kind != TypeKind.RECORD or not is_ours(record.get_declaration().location):
        return False
    given = list(values.get_children())
    if any(part.kind == CursorKind.MEMBER_REF for value in given for part in value.get_children()):
        return False  # the members are named
    fields = [one for one in record.get_declaration().get_children() if one.kind == CursorKind.FIELD_DECL]
    kinds = [kind_of(field) for field in fields[: len(given)]]
    return len(set(kinds)) < len(kinds)


def has_bools_in_a_row(function):
    are_bools = [one.type.get_canonical().spelling in ("bool", "const bool") for one in function.get_arguments()]
    return any(one and next_one for one, next_one in zip(are_bools, are_bools[1:]))


def place_of(cursor):
    return f"{os.path.relpath(cursor.location.file.name)}:{cursor.location.line}"


def visit(cursor, found):
    for child in cursor.get_children():
        if cursor.kind == CursorKind.TRANSLATION_UNIT and not is_ours(child.location):
            continue
        if child.kind == CursorKind.INIT_LIST_EXPR and lacks_names(child):
            found.add(f"{place_of(child)}: name the members of {child.type.get_canonical().get_declaration().spelling}")
        if child.kind in FUNCTIONS and has_bools_in_a_row(child):
            found.add(f"{place_of(child)}: {child.spelling} has two parameters of type bool in a row; make them an enumeration or an aggregate")
        visit(child, found)


def check(file):
    arguments = ["-x", "c++", "-std=c++20", "-I.", "-Icommon", f"-I{sys.argv[1]}/common", '-DSCIM_SYNC_VERSION="0"']
    arguments += ["-DJSON_USE_IMPLICIT_CONVERSIONS=0", "-include", "nlohmann/json.hpp"]
    unit = Index.create().parse(file, args=arguments)
    found = {f"{file}: clang cannot read it: {one.spelling}" for one in unit.diagnostics if one.severity >= one.Error}
    visit(unit.cursor, found)
    return found


def main():
    with multiprocessing.Pool() as pool:
        found = sorted(set().union(*pool.imap_unordered(check, sys.argv[2:])))
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
