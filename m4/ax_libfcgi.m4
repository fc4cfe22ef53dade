dnl AX_LIBFCGI
dnl
dnl Finds libfcgi, sets FCGI_CFLAGS and FCGI_LIBS, and refuses one that the
dnl responder cannot keep away from sockets: it must read through OS_Read as
dnl the program defines it, and take an open connection from FCGX_Request.
AC_DEFUN([AX_LIBFCGI], [
PKG_CHECK_MODULES([FCGI], [fcgi >= 2.4.2], [], [
	AC_CHECK_HEADER([fcgiapp.h], [],
	    [AC_MSG_ERROR([fcgiapp.h of libfcgi is needed])])
	FCGI_CFLAGS=
	FCGI_LIBS=-lfcgi
])
AC_CHECK_HEADER([fastcgi.h], [],
    [AC_MSG_ERROR([fastcgi.h of libfcgi is needed])])
AC_MSG_CHECKING([whether libfcgi reads through the program's OS_Read])
ax_saved_cflags=$CFLAGS
ax_saved_libs=$LIBS
CFLAGS="$CFLAGS $FCGI_CFLAGS"
LIBS="$FCGI_LIBS $LIBS"
m4_define([AX_LIBFCGI_PROGRAM], [AC_LANG_PROGRAM([[
#include <fcgiapp.h>
#include <limits.h>
#include <string.h>

/* BEGIN_REQUEST, PARAMS with N=v, and the end of PARAMS. */
static const char records[] =
    "\1\1\0\1\0\10\0\0\0\1\1\0\0\0\0\0"
    "\1\4\0\1\0\4\0\0\1\1Nv"
    "\1\4\0\1\0\0\0";
static size_t used;

int OS_Read(int fd, char *bytes, size_t size);
int OS_Write(int fd, char *bytes, size_t len);

int
OS_Read(int fd, char *bytes, size_t size)
{
	size_t left = sizeof(records) - used;

	if (fd != INT_MAX)
		return -1;
	if (size > left)
		size = left;
	memcpy(bytes, records + used, size);
	used += size;
	return (int)size;
}

int
OS_Write(int fd, char *bytes, size_t len)
{
	(void)fd;
	(void)bytes;
	return (int)len;
}
]], [[
	FCGX_Request request;
	const char *value;
	int is_well;

	if (FCGX_Init() != 0)
		return 1;
	FCGX_InitRequest(&request, -1, FCGI_FAIL_ACCEPT_ON_INTR);
	request.ipcFd = INT_MAX;
	request.keepConnection = 1;
	if (FCGX_Accept_r(&request) != 0)
		return 1;
	value = FCGX_GetParam("N", request.envp);
	is_well = value != NULL && strcmp(value, "v") == 0 &&
	    request.ipcFd == INT_MAX;
	FCGX_Free(&request, 0);
	return is_well ? 0 : 1;
]])])
AC_RUN_IFELSE([AX_LIBFCGI_PROGRAM], [AC_MSG_RESULT([yes])], [
	AC_MSG_RESULT([no])
	AC_MSG_ERROR([libfcgi's shared library is needed, 2.4.2 or one that works alike, not linked with -Bsymbolic])
], [
	dnl Another machine's program cannot be run here; the responder tries
	dnl the same when it starts.
	AC_LINK_IFELSE([AX_LIBFCGI_PROGRAM],
	    [AC_MSG_RESULT([it links])],
	    [AC_MSG_ERROR([libfcgi 2.4.2 is needed as a shared library])])
])
CFLAGS=$ax_saved_cflags
LIBS=$ax_saved_libs
])
