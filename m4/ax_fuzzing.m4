dnl AX_FUZZING
dnl
dnl With --enable-fuzzing everything is compiled for libFuzzer and, unless other
dnl sanitizers were asked for, with those of addresses and undefined behaviour.
dnl Before AX_WARNINGS, whose SANITIZER_CFLAGS it prepares.
AC_DEFUN([AX_FUZZING], [
AC_ARG_ENABLE([fuzzing], [AS_HELP_STRING([--enable-fuzzing],
	[build for libFuzzer, which clang has; for make torture-fuzz])],
	[], [enable_fuzzing=no])
FUZZING_CFLAGS=
AS_IF([test "x$enable_fuzzing" != xno], [
	AS_IF([test "x$enable_sanitizers" = xno],
	    [enable_sanitizers=address,undefined])
	FUZZING_CFLAGS=-fsanitize=fuzzer-no-link
	AC_MSG_CHECKING([whether $CC has libFuzzer])
	ax_saved_cflags=$CFLAGS
	CFLAGS="$CFLAGS -fsanitize=fuzzer"
	AC_LINK_IFELSE([AC_LANG_SOURCE([[
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	return bytes == NULL && len > 0;
}
]])], [AC_MSG_RESULT([yes])], [
		AC_MSG_RESULT([no])
		AC_MSG_ERROR([libFuzzer is needed: give CC=clang, with its libclang-rt package])
	])
	CFLAGS=$ax_saved_cflags
])
AM_CONDITIONAL([FUZZING], [test "x$enable_fuzzing" != xno])
])
