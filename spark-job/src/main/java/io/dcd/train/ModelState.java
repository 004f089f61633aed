package io.dcd.train;

import io.dcd.train.checkpoint.Progress;

/** A network between two rounds, and how far its training has come. */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record ModelState(Progress progress, float[] parameters, float[] velocity) {}
