#!/usr/bin/env bats
# The directories of common/: includes, libraries and namespaces are as ARCHITECTURE.md shows them. No file is long.
# shellcheck disable=SC2016 # the dollars are awk's; the backquotes are Markdown's

setup() {
    SOURCE_DIR=${SOURCE_DIR:-$(cd "${BATS_TEST_DIRNAME}/../.." && pwd)}
    cd "$SOURCE_DIR" || return 1
    mapfile -t sources < <(cd common && find . -name '*.[ch]pp' -printf '%P\n' | sort)
    ((${#sources[@]} >= 100))
}

# The picture in ARCHITECTURE.md: lines `DIRECTORY -> DIRECTORY...`, the highest first.
picture() { sed -nE 's|^    ([a-z/]+) +->|\1|p' ARCHITECTURE.md; }

# arrows: from lines `DIRECTORY DIRECTORY...`, one line `FROM TO` for each arrow.
arrows() { awk '{ for (i = 2; i <= NF; ++i) if ($i != $1) print $1, $i }' | sort -u; }

arrows_of_code() {
    (cd common && grep -HoE '^ *# *include *"[^"]+/' "${sources[@]}") | sed -E 's|/[^/]*: *# *include *"| |; s|/$||' | arrows
}

# The libraries have the names of their directories, apart from these two.
arrows_of_libraries() {
    sed -nE '/\$\{/d; s/^add_folder\((.*)\)$/\1/p; s/^target_link_libraries\((\S+) PUBLIC (.*)\)$/\1 \2/p' common/CMakeLists.txt |
        sed -E 's/ (PATH|PRIVATE) .*//; s/\bcli_http\b/cli/g; s/^unchanged\b/plan\/unchanged/; /^json_header/d' | arrows
}

# none SENTENCE: fails if there are lines in its input, and shows them after the sentence.
none() {
    local lines
    lines=$(cat)
    [[ -z $lines ]] || {
        printf '%s\n%s\n' "$1" "$lines"
        return 1
    }
}

same() { diff -u --label "$1" --label "$2" "$3" "$4"; }

@test "each directory of common/ has a line in the picture of ARCHITECTURE.md, and each line a directory" {
    same 'folders' 'picture' <(printf '%s\n' "${sources[@]%/*}" | sort -u) <(picture | awk '{ print $1 }' | sort)
}

@test "the includes of common/ are the arrows of the picture" {
    same 'ARCHITECTURE.md' '#include lines' <(picture | arrows) <(arrows_of_code)
}

@test "the libraries that common/CMakeLists.txt links are the arrows of the picture" {
    same 'ARCHITECTURE.md' 'common/CMakeLists.txt' <(picture | arrows) <(arrows_of_libraries)
}

@test "no arrow of the picture points upwards, so there is no cycle" {
    picture | awk '{ for (i = 2; i <= NF; ++i) print $1, $i, NR; line[$1] = NR }
        END { for (folder in line) print folder, line[folder] | "cat >&2" }' 2>"$BATS_TEST_TMPDIR/lines" >"$BATS_TEST_TMPDIR/arrows"
    awk 'NR == FNR { line[$1] = $2; next } line[$2] <= $3 { print $1 " -> " $2 }' "$BATS_TEST_TMPDIR"/{lines,arrows} |
        none 'These arrows point upwards or at their own folder:'
}

@test "common/ itself has no source, and an include contains the directory" {
    printf '%s\n' "${sources[@]}" | grep -v / | none 'Move these files from common/ into a folder for their subject:'
    (cd common && grep -HnE '^ *# *include *"[^"/]+"' "${sources[@]}") | none 'Write the folder into these includes:'
}

@test "an external library is included in one place" {
    local header allowed
    while read -r header allowed; do
        grep -rlF --include='*.[ch]pp' "#include <$header" common tools | while read -r file; do
            # shellcheck disable=SC2053 # allowed is a pattern
            [[ $file == $allowed ]] || printf '%s\n' "$file"
        done | none "Only $allowed may include <$header:"
    done <<'END'
curl/ common/http/*.cpp
argh.h> common/cli/*.cpp
simdjson.h> common/base/json_parse.cpp
sodium.h> common/base/*.cpp
nettle/ common/base/*.cpp
openssl/ common/@(base/encoding|http/certificates).cpp
END
}

@test "plan/, record/ and stream/ read no clock and do no I/O; only rereadable_input opens files" {
    local banned='chrono|ctime|time\.h|thread|random|fstream|iostream|cstdio|stdio\.h|cstdlib|filesystem|unistd\.h|fcntl\.h|poll\.h|sys/.*'
    (cd common && printf '%s\n' "${sources[@]}" | grep -E '^(plan|record|stream)/' | grep -v '^stream/rereadable_input' |
        xargs grep -HnE "^ *# *include *<($banned)>") | none 'These includes are for files, clocks or chance:'
}

# A namespace within that of the directory may have the name of the file, as os::signals in os/signals.hpp.
@test "the namespace of a header is its directory" {
    local file name
    for file in "${sources[@]}"; do
        [[ $file == *.hpp ]] || continue
        name=$(basename "$file" .hpp) folder=${file%/*}
        sed -nE 's/^(inline )?namespace ([a-z_:]+) \{.*/\1\2/p' "common/$file" | head -n 1 |
            awk -v file="$file" -v plain="${folder//\//::}" -v name="$name" '
                BEGIN { if (plain == "base") plain = "inline base" }
                $0 != plain && $0 != plain "::" name { print "common/" file ": " $0 ", not " plain }
                END { if (NR == 0) print "common/" file ": no namespace" }'
    done | none 'Name these namespaces after their folders:'
}

@test "no source, script or test is longer than 400 lines" {
    local most=400
    {
        find common tools tests scripts -name node_modules -prune -o -type f \
            -regextype posix-extended -regex '.*\.(cpp|hpp|c|mjs|cjs|bats|bash|sh|jq|py)' -print
        grep -rlIE --exclude-dir=node_modules -m1 '^#!' scripts tests .ci
    } | sort -u | xargs wc -l | awk -v most="$most" '$1 > most && $2 != "total" { print $2 ": " $1 " lines" }' |
        none "A file holds one idea and at most $most lines. Split these:"
}

@test "the paths in ARCHITECTURE.md and CONTRIBUTING.md exist" {
    local document path
    for document in ARCHITECTURE.md CONTRIBUTING.md; do
        grep -oE '`[A-Za-z0-9_.][A-Za-z0-9_./-]*`' "$document" | tr -d '`' | sort -u | while read -r path; do
            # A name with a slash or a suffix is a path from the root, or from common/. Build output is not in the tree.
            [[ $path == */* || $path == *.[a-z]* ]] || continue
            [[ -e $path || -e common/$path || $path == build/* ]] || printf '%s: %s\n' "$document" "$path"
        done
    done | none 'These paths do not exist:'
}
