/* crash_report.h - say what a daemon was at when it crashes. */
#ifndef BASE_CRASH_REPORT_H
#define BASE_CRASH_REPORT_H

/*
 * From now on SIGSEGV, SIGBUS and SIGABRT log one line: the signal, who sent
 * it or which address it is about, which file is mapped there and where in
 * that file it lies, and what the thread was at (doing.h).  Then the process
 * ends by the signal, as it would have without, so that core files are
 * written and whoever started it sees a crash.
 *
 * The thread that calls gets a stack of its own for that; so does every
 * other that calls crash_report_thread.  To be called before the sandbox is
 * entered: what is mapped is read through a file that is opened now.
 */
void crash_report_begin(void);

/* What crashed may be the stack.  Without memory for another one, such a
 * crash goes without the line.  The stack is the thread's until it ends. */
void crash_report_thread(void);
void crash_report_thread_end(void);

#endif
