package io.dcd.worker;

import java.io.Serializable;

/**
 * Where all workers start in a round.
 *
 * @param parameters the flat vector, little-endian float32
 * @param velocity the optimiser's velocity, alike
 */
@SuppressWarnings("ArrayRecordComponent") // sent, never compared
public record RoundStart(byte[] parameters, byte[] velocity) implements Serializable {}
