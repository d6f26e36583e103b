/* The writers of mailslot.pml. Included there. */

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
