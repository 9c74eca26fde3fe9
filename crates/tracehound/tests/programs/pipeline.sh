trap 'echo caught' USR1
printf '%s\n' pear apple fig | sort | head -n 2
kill -USR1 $$
(exit 3) | cat
echo $(echo inner | tr a-z A-Z)
