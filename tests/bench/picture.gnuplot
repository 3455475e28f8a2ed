# Time and memory of scim-diff and of DuckDB's join against the size of the organization; scripts/bench.sh --picture gives `sizes` and `picture`.
# Columns of `sizes`: users, then CPU seconds, wall seconds and MiB of scim-diff, then those of DuckDB.
set terminal svg size 720,640 font "sans-serif,13" background "white"
set output picture
set multiplot layout 2,1
set logscale xy
set xlabel "users on each side"
set format x "10^{%L}"
set key left top
set grid
set ylabel "seconds"
plot sizes using 1:2 with linespoints linecolor 1 linewidth 2 title "scim-diff, CPU", \
     sizes using 1:3 with linespoints linecolor 1 linewidth 2 dashtype 2 title "scim-diff, wall", \
     sizes using 1:5 with linespoints linecolor 2 linewidth 2 title "DuckDB, CPU", \
     sizes using 1:6 with linespoints linecolor 2 linewidth 2 dashtype 2 title "DuckDB, wall"
set ylabel "peak memory, MiB"
plot sizes using 1:4 with linespoints linecolor 1 linewidth 2 title "scim-diff", \
     sizes using 1:7 with linespoints linecolor 2 linewidth 2 title "DuckDB"
