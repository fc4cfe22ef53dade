dnl AX_LIBFCGI
dnl
dnl Finds libfcgi, sets FCGI_CFLAGS and FCGI_LIBS.
AC_DEFUN([AX_LIBFCGI], [
PKG_CHECK_MODULES([FCGI], [fcgi >= 2.4.2], [], [
	AC_CHECK_HEADER([fcgiapp.h], [],
	    [AC_MSG_ERROR([fcgiapp.h of libfcgi is needed])])
	FCGI_CFLAGS=
	FCGI_LIBS=-lfcgi
])
])
