# One scenario: latencies above, rates below, a column per variant. `directory`, `key`, `name`, `variants` and `clients` come
# from -e.
set terminal pngcairo size 700 * words(variants), 800 font "sans,10"
set output directory."/".key.".png"
set multiplot layout 2, words(variants) columnsfirst title "scenario ".name
set grid
set key outside top center horizontal noenhanced
do for [v = 1:words(variants)] {
  file = directory."/".key."-".word(variants, v).".dat"
  set title word(variants, v)." agreements"
  if (word(variants, v) eq "split") { set title "with agreements, in 100 streams" }
  unset xlabel
  set ylabel "mean latency per 100 ms [ms]"
  set logscale y
  set yrange [0.5:500]
  plot for [i = 1:words(clients)] file using 1:(column(2 * i)) with lines lw 1.5 title word(clients, i)
  unset title
  unset logscale y
  set xlabel "seconds"
  set ylabel "IOPS"
  set yrange [0:*]
  plot for [i = 1:words(clients)] file using 1:(column(2 * i + 1)) with lines lw 1.5 notitle
}
unset multiplot
