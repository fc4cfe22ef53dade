/* registers.c - what a thread leaves in its vector registers. */
#include "responder/registers.h"

#if defined(__x86_64__)

/* XOR of a register with itself; wider forms of it are emptied too. */
#define EMPTY(n) "vpxord %%zmm" #n ", %%zmm" #n ", %%zmm" #n "\n\t"

static void wipe_upper_half(void);
static void wipe_avx(void);
static void wipe_sse(void);

/* What the processor has, the C library uses, whatever we are built for. */
void
registers_wipe(void)
{
	if (__builtin_cpu_supports("avx512f"))
		wipe_upper_half();
	if (__builtin_cpu_supports("avx"))
		wipe_avx();
	else
		wipe_sse();
}

__attribute__((target("avx512f"), noinline)) static void
wipe_upper_half(void)
{
	__asm__ volatile(
	    EMPTY(16) EMPTY(17) EMPTY(18) EMPTY(19)
	    EMPTY(20) EMPTY(21) EMPTY(22) EMPTY(23)
	    EMPTY(24) EMPTY(25) EMPTY(26) EMPTY(27)
	    EMPTY(28) EMPTY(29) EMPTY(30) EMPTY(31)
	    ::: "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21",
	    "xmm22", "xmm23", "xmm24", "xmm25", "xmm26", "xmm27", "xmm28",
	    "xmm29", "xmm30", "xmm31");
}

/* The lower half, in full width. */
__attribute__((target("avx"), noinline)) static void
wipe_avx(void)
{
	__asm__ volatile("vzeroall"
	    ::: "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6",
	    "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",
	    "xmm14", "xmm15");
}

static void
wipe_sse(void)
{
	__asm__ volatile(
	    "pxor %%xmm0, %%xmm0\n\t" "pxor %%xmm1, %%xmm1\n\t"
	    "pxor %%xmm2, %%xmm2\n\t" "pxor %%xmm3, %%xmm3\n\t"
	    "pxor %%xmm4, %%xmm4\n\t" "pxor %%xmm5, %%xmm5\n\t"
	    "pxor %%xmm6, %%xmm6\n\t" "pxor %%xmm7, %%xmm7\n\t"
	    "pxor %%xmm8, %%xmm8\n\t" "pxor %%xmm9, %%xmm9\n\t"
	    "pxor %%xmm10, %%xmm10\n\t" "pxor %%xmm11, %%xmm11\n\t"
	    "pxor %%xmm12, %%xmm12\n\t" "pxor %%xmm13, %%xmm13\n\t"
	    "pxor %%xmm14, %%xmm14\n\t" "pxor %%xmm15, %%xmm15"
	    ::: "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6",
	    "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",
	    "xmm14", "xmm15");
}

#elif defined(__aarch64__)

#define EMPTY(n) "movi v" #n ".2d, #0\n\t"

/* But for v8 to v15, which belong to whoever calls. */
void
registers_wipe(void)
{
	__asm__ volatile(
	    EMPTY(0) EMPTY(1) EMPTY(2) EMPTY(3)
	    EMPTY(4) EMPTY(5) EMPTY(6) EMPTY(7)
	    EMPTY(16) EMPTY(17) EMPTY(18) EMPTY(19)
	    EMPTY(20) EMPTY(21) EMPTY(22) EMPTY(23)
	    EMPTY(24) EMPTY(25) EMPTY(26) EMPTY(27)
	    EMPTY(28) EMPTY(29) EMPTY(30) EMPTY(31)
	    ::: "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v16",
	    "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25",
	    "v26", "v27", "v28", "v29", "v30", "v31");
}

#else

void
registers_wipe(void)
{
}

#endif
