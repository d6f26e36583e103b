# The demo over time as one picture: the victim's latency above, the rates below. `directory` and `picture` come from -e.
set terminal pngcairo size 1200,800 font "sans,11"
set output picture
set multiplot layout 2,1 title "One device, two clients: the batch burst begins at 0 s"
set xlabel "seconds since the burst began"
set grid
set key outside top center horizontal
set ylabel "victim: mean latency per 100 ms [ms]"
set logscale y
set yrange [0.5:*]
plot directory."/without/series.dat" using 1:2 with lines lw 2 lc rgb "#c0392b" title "without agreements", \
     directory."/with/series.dat" using 1:2 with lines lw 2 lc rgb "#2471a3" title "with agreements", \
     5 with lines dt 2 lc rgb "black" title "promise: 5 ms"
unset logscale y
set yrange [0:*]
set ylabel "IOPS"
plot directory."/without/series.dat" using 1:4 with lines lc rgb "#e6b0aa" title "batch, without", \
     directory."/with/series.dat" using 1:4 with lines lc rgb "#a9cce3" title "batch, with", \
     directory."/without/series.dat" using 1:3 with lines lc rgb "#c0392b" title "oltp, without", \
     directory."/with/series.dat" using 1:3 with lines lc rgb "#2471a3" title "oltp, with"
unset multiplot
