/* The receiver of mailslot.pml and the watches of its process. Included there. */

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
