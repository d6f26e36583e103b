/* The protocol of one lane of a mailbox, step by atomic step, with deaths. Not the bytes (layout.hpp), not memory orders.
 *
 * Every atomic operation of the code is one step here; contents are two cells, so that a torn message shows. README.md
 * has the table model <-> code, the runs (which sizes, which deaths) and the mutants: -DMUTANT_... breaks one rule each,
 * and check.sh demands that spin finds it. */

#ifndef SLOTS
#define SLOTS 2      /* of the ring */
#endif
#ifndef MESSAGES_A
#define MESSAGES_A 2 /* that the first writer wants to release, over all its lives */
#endif
#ifndef MESSAGES_B
#define MESSAGES_B 2 /* and the second, which dies only where DEATHS_OF_BOTH is defined */
#endif
#ifndef DEATHS
#define DEATHS 0     /* of writers, in any step */
#endif
#ifndef RECEIVERS
#define RECEIVERS 1  /* lives of the receiver, each with a fresh mailbox */
#endif
#ifndef SCRIBBLES
#define SCRIBBLES 0  /* arbitrary values that somebody hostile stores into the tail */
#endif
#ifndef QUARTER
#define QUARTER 2    /* room is made known at the latest when so many slots are free */
#endif
#define WRITERS 2
#define MAX_TICKET (MESSAGES_A + MESSAGES_B + DEATHS + SLOTS)
#define WANTED(writer) ((writer) == 0 -> MESSAGES_A : MESSAGES_B)
#define PARTICIPANTS (WRITERS * (DEATHS + 1) + 1)

/* The owner word: lap, holder, state. Laps are not cut: they stay below MAX_TICKET / SLOTS + 2. */
#define FREE 0
#define WRITING 1
#define READY 2
#define READING 3
#ifdef MUTANT_NO_LAP
#define WORD(lap, holder, state) ((holder) * 4 + (state))
#define LAP_OF(word) (-1)
#define AHEAD(word, ticket) 0
#else
#define WORD(lap, holder, state) (((lap) * 16 + (holder)) * 4 + (state))
#define LAP_OF(word) ((word) / 64)
#define AHEAD(word, ticket) (LAP_OF(word) - LAP(ticket))
#endif
#define STATE_OF(word) ((word) % 4)
#define HOLDER_OF(word) (((word) / 4) % 16)
#define LAP(ticket) ((ticket) / SLOTS)
#define AT(mailbox, ticket) ((mailbox) * SLOTS + (ticket) % SLOTS)

/* --- shared memory: one mailbox per life of the receiver ----------------------------------------------------------- */
short word[RECEIVERS * SLOTS];
short first[RECEIVERS * SLOTS];  /* contents: number of life and message, in two cells */
short second[RECEIVERS * SLOTS];
byte tail[RECEIVERS];
bit sleeping[RECEIVERS];
bit room_wanted[RECEIVERS];

/* --- the kernel: who lives (file locks), who sleeps on a futex ----------------------------------------------------- */
bit alive[PARTICIPANTS];
byte death_news;                 /* deaths that the receiver's watches have not handled */
bit asleep;                      /* the receiver, in futex_wait() */
bit room_asleep[WRITERS];        /* a writer, in futex_wait() */

/* --- the receiver's private memory that others of its process write ------------------------------------------------ */
bit woken;
byte current;                    /* number of the mailbox that bears the name */

/* --- what is only observed ------------------------------------------------------------------------------------------ */
byte released[WRITERS];
byte delivered[WRITERS];         /* or lost with a receiver that died, which is allowed */
bit finished[WRITERS];           /* released everything, or dead without another life */
byte deaths;
byte receiver_deaths;
byte number[WRITERS];            /* of the writer's present life */
#if SCRIBBLES > 0
byte had[WRITERS];               /* which messages, as bits: order is not promised then */
#endif

#define DEAD_WRITES(i) (STATE_OF(word[current * SLOTS + i]) == WRITING && !alive[HOLDER_OF(word[current * SLOTS + i])])
#if SLOTS == 2
#define ORPHAN (DEAD_WRITES(0) || DEAD_WRITES(1))
#else
#define ORPHAN (DEAD_WRITES(0) || DEAD_WRITES(1) || DEAD_WRITES(2) || DEAD_WRITES(3))
#endif
#if SCRIBBLES > 0
/* A message behind a gap that a hostile tail made waits until somebody writes again; but writing must go on. */
#define SETTLED (finished[0] && finished[1])
#else
#define SETTLED (finished[0] && finished[1] && delivered[0] == released[0] && delivered[1] == released[1] && !ORPHAN)
#endif

#ifdef LIVENESS
/* Everything released arrives, every living writer gets done, every slot of the dead is freed: no deadlock, no lost
 * wake-up, no endless loop. */
ltl settles { <> SETTLED }
#endif
#ifdef RECOVERY
ltl recovers { [] (ORPHAN -> <> !ORPHAN) }
#endif

/* ==== death =========================================================================================================
 * SIGKILL, before any step of the killed. A writer's locks go in the same moment: the kernel drops them last. */
#if DEATHS > 0
#ifdef DEATHS_OF_BOTH
#define MORTAL (deaths < DEATHS)
#else
#define MORTAL (deaths < DEATHS && me == 0)
#endif
#define WRITER_DIES \
  MORTAL -> \
    d_step { alive[number[me]] = 0; deaths++; death_news++; room_asleep[me] = 0; t = 0; seen = 0; got = 0 }; goto dead
#define STEP(action) atomic { if :: WRITER_DIES :: true fi; action }
#else
#define STEP(action) action
#endif

#if RECEIVERS > 1
#define RECEIVER_DIES \
  receiver_deaths + 1 < RECEIVERS -> \
    d_step { receiver_deaths++; asleep = 0; woken = 0; any = 0; got = 0; unsaid = 0; seen = 0; x = 0; y = 0; t = 0; head = 0; \
             delivered[0] = released[0]; delivered[1] = released[1] }; goto dead
#define TAKE(action) atomic { if :: RECEIVER_DIES :: true fi; action }
#else
#define TAKE(action) action
#endif

#include "receiver.pml"
#include "writer.pml"

/* ==== what goes wrong =============================================================================================== */
#if SCRIBBLES > 0
proctype scribbler() {
  byte any;
  do
  :: any < MAX_TICKET -> any++
  :: tail[current] = any; break
  od
}
#endif

init {
  atomic {
    number[0] = 1; number[1] = 2; alive[1] = 1; alive[2] = 1;
    run receiver(); run writer(0); run writer(1);
#if DEATHS > 0
    run watch();
#endif
#if SCRIBBLES > 0
    run scribbler();
#endif
  }
}
