# The gateway beside the others as three pictures. `directory` comes from -e and holds the data files.
set terminal pngcairo size 1200,500 font "sans,11"
set grid
set key outside top center horizontal
set datafile missing "?"

set output directory."/cpu_per_io.png"
set title "Server's processor time per I/O, Unix socket"
set style data histogram
set style histogram clustered gap 1
set style fill solid 0.8 border -1
set ylabel "us"
set yrange [0:*]
plot for [i=2:5] directory."/cpu_per_io.dat" using i:xtic(1) title columnheader(i)

set output directory."/windows.png"
set title "A limit of 2,000 IOPS, 32 out: 100 ms windows"
set style data linespoints
set ylabel "IOPS"
set xlabel "ms"
set yrange [*:*]
plot directory."/windows-sluice.dat" using 1:2 lw 2 pt 7 ps 0.5 title "sluice", \
     directory."/windows-qemu.dat" using 1:2 pt 5 ps 0.5 title "qemu", \
     directory."/windows-nbdkit.dat" using 1:2 pt 9 ps 0.5 title "nbdkit"

set output directory."/change.png"
set title "The limit changes at 50 ms from 1,000 to 8,000 IOPS, and back at 350 ms: 5 ms windows"
set style data steps
set yrange [0:*]
plot directory."/change-sluice.dat" using 1:2 lw 2 title "sluice", \
     directory."/change-qemu.dat" using 1:2 title "qemu", \
     directory."/change-nbdkit.dat" using 1:2 title "nbdkit"
