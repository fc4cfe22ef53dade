dnl AX_BIND_NOW
dnl
dnl Sets BIND_LDFLAGS so that symbols are looked up when a program starts.
dnl Looked up at the first call, they have the registers saved on the stack, and
dnl there a key that was being copied would stay.  It also makes the tables of
dnl addresses read-only.
AC_DEFUN([AX_BIND_NOW], [
BIND_LDFLAGS="-Wl,-z,relro,-z,now"
AC_MSG_CHECKING([whether the linker takes $BIND_LDFLAGS])
ax_saved_ldflags=$LDFLAGS
LDFLAGS="$LDFLAGS $BIND_LDFLAGS"
AC_LINK_IFELSE([AC_LANG_PROGRAM()], [AC_MSG_RESULT([yes])],
    [AC_MSG_RESULT([no]); BIND_LDFLAGS=])
LDFLAGS=$ax_saved_ldflags
AC_SUBST([BIND_LDFLAGS])
])
