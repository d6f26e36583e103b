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

/* ==== receiver ======================================================================================================
 * inbox::make_room_known(), and inbox::freed(), which does not tell of each slot. */
inline make_room_known() {
  TAKE(d_step { unsaid = 0; got = room_wanted[current] });
  if
  :: !got -> skip
  :: else ->
     TAKE(d_step { got = room_wanted[current]; room_wanted[current] = 0 });
     if
     :: got -> TAKE(d_step { room_asleep[0] = 0; room_asleep[1] = 0; got = 0 })
     :: else -> skip
     fi
  fi
}

inline freed() {
  unsaid = 1;
  if
  :: head % QUARTER == 0 -> make_room_known()
  :: else -> skip
  fi
}

inline say_the_unsaid() {
  if
  :: unsaid -> make_room_known()
  :: else -> skip
  fi
}

/* Exclusive access: whoever touches a slot is named in its word. */
#define READS assert(word[AT(current, head)] == WORD(LAP(head), 0, READING))

/* What inbox.take() hands to its caller. */
inline judge(x, y) {
    assert(x == y);                                             /* whole */
    sender = (x / 16 - 1) % WRITERS;
#if SCRIBBLES > 0
    assert((had[sender] >> (x % 16)) % 2 == 0);
    had[sender] = had[sender] + (1 << (x % 16));
#else
    assert(x % 16 == delivered[sender] + 1);                    /* next of its sender: none lost, doubled, overtaken */
#endif
    delivered[sender]++;
    sender = 0; x = 0; y = 0
}

/* inbox::take(): look(), then take_ready(), recover_held() or discard(). */
inline take_round() {
  TAKE(seen = word[AT(current, head)]);                         /* look() */
  if
#ifndef MUTANT_NO_LAP
  :: LAP_OF(seen) != LAP(head) || STATE_OF(seen) == READING ->
     assert(SCRIBBLES > 0);                                     /* honest writers leave no impossible word */
     TAKE(d_step { word[AT(current, head)] = WORD(LAP(head) + 1, 0, FREE); head++; any = 1 }); /* discard() */
     freed()
  :: LAP_OF(seen) == LAP(head) && STATE_OF(seen) == FREE -> say_the_unsaid()
  :: LAP_OF(seen) == LAP(head) && STATE_OF(seen) == WRITING ->
#else
  :: STATE_OF(seen) == FREE -> say_the_unsaid()
  :: STATE_OF(seen) == WRITING ->
#endif
#ifndef MUTANT_RECOVERS_THE_LIVING
     TAKE(got = alive[HOLDER_OF(seen)]);
     if
     :: got -> got = 0
     :: else ->
#else
     if
     :: skip ->
#endif
#ifdef MUTANT_PLAIN_RECOVERY
        TAKE(d_step { word[AT(current, head)] = WORD(LAP(head) + 1, 0, FREE); head++; any = 1 });
        freed()
#else
        TAKE(d_step {                                           /* recover(): exactly the word that was seen */
          if
          :: word[AT(current, head)] == seen ->
             word[AT(current, head)] = WORD(LAP(head) + 1, 0, FREE);
             head++;
             any = 1
          :: else -> skip
          fi
        });
        if
        :: any -> freed()
        :: else -> skip
        fi
#endif
     fi
#ifndef MUTANT_NO_LAP
  :: LAP_OF(seen) == LAP(head) && STATE_OF(seen) == READY ->
#else
  :: STATE_OF(seen) == READY ->
#endif
     TAKE(word[AT(current, head)] = WORD(LAP(head), 0, READING)); /* take() */
#ifdef MUTANT_FREES_BEFORE_IT_COPIES
     TAKE(word[AT(current, head)] = WORD(LAP(head) + 1, 0, FREE));
     TAKE(x = first[AT(current, head)]);
     TAKE(d_step { y = second[AT(current, head)]; judge(x, y); head++; any = 1 });
#else
     TAKE(d_step { READS; x = first[AT(current, head)] });
     TAKE(d_step { READS; y = second[AT(current, head)] });
     TAKE(d_step { word[AT(current, head)] = WORD(LAP(head) + 1, 0, FREE); judge(x, y); head++; any = 1 }); /* release() */
#endif
     freed()
  fi;
  seen = 0
}

/* repair_tail(): first the tail, then the word; an honest tail is ahead of `head` only if the slot at `head` is taken. */
#if defined(MUTANT_REPAIRS_ONLY_THE_FAR) || defined(MUTANT_TICKET_FIRST)
#define IMPOSSIBLE_TAIL (t + SLOTS < head || t > head + SLOTS)
#else
#define IMPOSSIBLE_TAIL (t + SLOTS < head || t > head + SLOTS || (t > head && seen == WORD(LAP(head), 0, FREE)))
#endif
inline repair_tail() {
  TAKE(t = tail[current]);
  TAKE(seen = word[AT(current, head)]);
  if
  :: IMPOSSIBLE_TAIL ->
     assert(SCRIBBLES > 0);                                     /* honest tails are never repaired */
     TAKE(d_step {
       if
       :: tail[current] == t -> tail[current] = head
       :: else -> skip
       fi
     })
  :: else -> skip
  fi;
  d_step { t = 0; seen = 0 }
}

/* inbox::wait(): announce, look again, sleep. */
inline wait() {
#if SCRIBBLES > 0 || !defined(LIVENESS)
  repair_tail(); /* does nothing between honest processes, as the runs without LIVENESS assert */
#endif
#ifdef MUTANT_LOOKS_BEFORE_IT_ANNOUNCES
  TAKE(got = (STATE_OF(word[AT(current, head)]) == READY || woken));
  TAKE(sleeping[current] = 1);
#else
  TAKE(sleeping[current] = 1);
  TAKE(got = (STATE_OF(word[AT(current, head)]) == READY));     /* ready() */
  TAKE(got = (got || woken));
#endif
  if
  :: got -> skip
  :: else ->
     TAKE(asleep = sleeping[current]);                          /* futex_wait() */
     if
     :: !asleep -> skip
#if SCRIBBLES > 0
     :: asleep = 0                                              /* the end of the limit, at any time */
#else
#if RECEIVERS > 1
     :: RECEIVER_DIES
#endif
     :: timeout && !room_asleep[0] && !room_asleep[1] ->
        asleep = 0;                                             /* the end of the limit: nobody else can do anything */
        assert(SETTLED);                                        /* so a wake-up was lost unless all is done */
        goto settled
#endif
     fi
  fi;
  TAKE(d_step { sleeping[current] = 0; got = 0 });
  TAKE(woken = 0)
}

proctype receiver() {
  byte head, t;
  short seen, x, y;
  byte sender;
  bit got, any, unsaid;
life:
  do
  :: any = 0;
     take_round();
     if
     :: any -> skip
     :: else -> wait()
     fi
  od;
  goto settled;
#if RECEIVERS > 1
dead:
  /* The next life makes a fresh file; who still maps the old one writes where nobody reads. */
#ifdef MUTANT_SAME_MAILBOX
  skip;
#else
  current++;
#endif
  goto life;
#endif
settled:
  skip
}

/* The watches of the receiver's process: peer died -> inbox::wake(). */
proctype watch() {
  bit got;
end:
  do
  :: death_news > 0 ->
     death_news--;
     woken = 1;
     d_step { got = sleeping[current]; sleeping[current] = 0 };
#ifdef MUTANT_WAKES_ONLY_THE_FLAGGED
     if
     :: got -> asleep = 0
     :: else -> skip
     fi;
#else
     asleep = 0;
#endif
     got = 0
  od
}

/* ==== writer ========================================================================================================
 * Any change of the tail: a hint, moved on by whoever sees that it lags. */
inline advance(from) {
  STEP(d_step {
    if
    :: tail[mine] == from -> tail[mine] = from + 1
    :: else -> skip
    fi
  })
}

/* claim(). */
inline claim() {
#ifdef MUTANT_TICKET_FIRST
  STEP(d_step { t = tail[mine]; tail[mine] = t + 1 });
  STEP((word[AT(mine, t)] == WORD(LAP(t), 0, FREE)));
  STEP(word[AT(mine, t)] = WORD(LAP(t), number[me], WRITING));
  goto claimed
#else
  do
  :: STEP(t = tail[mine]);
     STEP(seen = word[AT(mine, t)]);
     if
     :: AHEAD(seen, t) == 0 && STATE_OF(seen) == FREE ->
        STEP(d_step {
          got = (word[AT(mine, t)] == seen);
          if
          :: got -> word[AT(mine, t)] = WORD(LAP(t), number[me], WRITING)
          :: else -> skip
          fi;
          seen = 0
        });
        if
        :: got -> got = 0; advance(t); goto claimed
        :: else -> skip
        fi
     :: !(AHEAD(seen, t) == 0 && STATE_OF(seen) == FREE) && AHEAD(seen, t) >= 0 ->
#ifndef MUTANT_HELPS_NOBODY
        advance(t)
#else
        STEP((tail[mine] != t))
#endif
     :: AHEAD(seen, t) < 0 ->
        STEP(got = (tail[mine] == t));
        if
        :: got -> d_step { got = 0; t = 0; seen = 0 }; break    /* full */
        :: else -> skip
        fi
     fi
  od
#endif
}

#define WRITES assert(word[AT(mine, t)] == WORD(LAP(t), number[me], WRITING))

/* deposit() after the claim, then outlet::notify(). */
inline fill() {
  STEP(d_step { WRITES; first[AT(mine, t)] = number[me] * 16 + released[me] + 1 });
  STEP(d_step { WRITES; second[AT(mine, t)] = number[me] * 16 + released[me] + 1 });
}

inline publish() {
  STEP(d_step {
    WRITES;
    word[AT(mine, t)] = WORD(LAP(t), number[me], READY);
    released[me]++;
    if
    :: mine != receiver_deaths -> delivered[me] = released[me]  /* its receiver is dead: may be lost */
    :: else -> skip
    fi
  })
}

inline notify() {
  STEP(got = sleeping[mine]);
  if
  :: !got -> skip
  :: else ->
     STEP(d_step { got = sleeping[mine]; sleeping[mine] = 0 });
     if
     :: got -> STEP(d_step { got = 0; if :: mine == receiver_deaths -> asleep = 0 :: else -> skip fi })
     :: else -> skip
     fi
  fi
}

/* outlet::wait_for_room(). */
inline wait_for_room() {
#ifdef MUTANT_LOOKS_BEFORE_IT_WANTS
  STEP(t = tail[mine]);
  STEP(seen = word[AT(mine, t)]);
  STEP(room_wanted[mine] = 1);
#else
  STEP(room_wanted[mine] = 1);
  STEP(t = tail[mine]);
  STEP(seen = word[AT(mine, t)]);
#endif
  if
  :: AHEAD(seen, t) < 0 ->
     STEP(d_step { room_asleep[me] = room_wanted[mine]; t = 0; seen = 0 }); /* futex_wait() */
     if
     :: !room_asleep[me] -> skip
#if DEATHS > 0
     :: WRITER_DIES
#endif
#if SCRIBBLES > 0
     :: room_asleep[me] = 0
#elif defined(ROOM_LIMIT)
     :: timeout -> room_asleep[me] = 0                          /* the 5 ms of the courier */
#endif
     fi
  :: else -> skip
  fi
}

proctype writer(byte me) {
  byte t, mine;
  short seen;
  bit got;
life:
  do
  :: released[me] == WANTED(me) -> break
  :: released[me] < WANTED(me) ->
     mine = current;                                            /* connected to the life that bears the name */
     claim();
     wait_for_room();
     goto next;
claimed:
     skip;
     fill();
#ifdef MUTANT_NOTIFIES_BEFORE_IT_RELEASES
     notify();
     publish();
#else
     publish();
     notify();
#endif
next:
     skip;
     d_step { t = 0; seen = 0; got = 0 }
  od;
  goto done;
#if DEATHS > 0
dead:
  if
  :: true -> d_step { number[me] = number[me] + WRITERS; alive[number[me]] = 1 }; goto life
  :: true -> skip                                               /* no other life */
  fi;
#endif
done:
  finished[me] = 1
}

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
