# The gateway beside the others. `directory` holds the data files, `pictures` says which there are; both come from -e.
set terminal pngcairo size 1200,500 font "sans,11"
set grid
set key outside top center horizontal
set datafile missing "?"
subjects = "sluice qemu nbdkit"
drawn(x) = strstrt(pictures, x) > 0

set yrange [0:*]
if (drawn("cpu_per_io")) {
  set output directory."/cpu_per_io.png"
  set title "Server's processor time per I/O, Unix socket"
  set style data histogram
  set style histogram clustered gap 1
  set style fill solid 0.8 border -1
  set ylabel "us"
  plot for [i=2:5] directory."/cpu_per_io.dat" using i:xtic(1) title columnheader(i)
}

set ylabel "IOPS"
set xlabel "ms"
set style data steps
if (drawn("change")) {
  set output directory."/change.png"
  set title "The limit changes at 50 ms from 1,000 to 8,000 IOPS, and back at 350 ms: 5 ms windows"
  plot for [name in subjects] directory."/change-".name.".dat" using 1:2 lw 2 title name
}
if (drawn("system")) {
  set output directory."/system.png"
  set title "sluicectl limit begins at 50 ms with 8,000 IOPS, then at 780 ms with 1,000: 5 ms windows"
  plot directory."/system.dat" using 1:2 lw 2 title "sluice"
}
if (drawn("windows")) {
  set output directory."/windows.png"
  set title "A limit of 2,000 IOPS, 32 out: 100 ms windows"
  set style data linespoints
  set yrange [*:*]
  plot for [name in subjects] directory."/windows-".name.".dat" using 1:2 pt 7 ps 0.5 title name
}
