/* Has something in common with the other library. */

int th_common(void)
{
	return 2;
}

int th_other(void)
{
	return 3;
}
