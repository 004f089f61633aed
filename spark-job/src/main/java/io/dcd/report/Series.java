package io.dcd.report;

/**
 * A curve.
 *
 * @param name what the legend calls it
 * @param x positions, ascending
 * @param y values, as many
 */
@SuppressWarnings("ArrayRecordComponent") // drawn, never compared
record Series(String name, double[] x, double[] y) {}
