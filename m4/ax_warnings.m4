dnl AX_WARNINGS
dnl
dnl Sets WARNING_CFLAGS to the warnings of STYLE.md that this compiler knows,
dnl and SANITIZER_CFLAGS and SANITIZER_LDFLAGS from --enable-sanitizers and
dnl --enable-fuzzing.
AC_DEFUN([AX_WARNINGS], [
WARNING_CFLAGS=
for flag in -Wall -Wextra -Wpedantic -Wshadow -Wconversion \
    -Wno-sign-conversion -Wstrict-prototypes -Wmissing-prototypes \
    -Wold-style-definition -Wwrite-strings -Wcast-qual -Wcast-align \
    -Wpointer-arith -Wformat=2 -Wundef -Wvla -Wimplicit-fallthrough \
    -Wnull-dereference -Wdouble-promotion; do
	AC_MSG_CHECKING([whether $CC takes $flag])
	ax_saved_cflags=$CFLAGS
	CFLAGS="$CFLAGS -Werror $flag"
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM()],
	    [AC_MSG_RESULT([yes]); WARNING_CFLAGS="$WARNING_CFLAGS $flag"],
	    [AC_MSG_RESULT([no])])
	CFLAGS=$ax_saved_cflags
done
AS_IF([test "x$enable_werror" = xyes],
    [WARNING_CFLAGS="$WARNING_CFLAGS -Werror"])
AC_SUBST([WARNING_CFLAGS])

SANITIZER_CFLAGS=
SANITIZER_LDFLAGS=
AS_IF([test "x$enable_sanitizers" != xno], [
	SANITIZER_CFLAGS="-fsanitize=$enable_sanitizers -fno-omit-frame-pointer -fno-sanitize-recover=all -DHAVE_SANITIZERS=1"
	SANITIZER_LDFLAGS="-fsanitize=$enable_sanitizers"
	SANITIZER_CFLAGS="$SANITIZER_CFLAGS $FUZZING_CFLAGS"
])
AC_SUBST([SANITIZER_CFLAGS])
AC_SUBST([SANITIZER_LDFLAGS])
])
