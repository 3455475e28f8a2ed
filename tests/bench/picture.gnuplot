# Time and memory of scim-diff against the size of the organization; scripts/bench.sh --picture gives `sizes` and `picture`.
set terminal svg size 720,400 font "sans-serif,13" background "white"
set output picture
set logscale xy
set xlabel "users on each side"
set ylabel "CPU seconds"
set y2label "peak memory, MiB"
set logscale y2
set ytics nomirror
set y2tics
set format x "10^{%L}"
set key left top
set grid
plot sizes using 1:2 with linespoints linewidth 2 title "CPU seconds", \
     sizes using 1:3 axes x1y2 with linespoints linewidth 2 title "memory (right)"
