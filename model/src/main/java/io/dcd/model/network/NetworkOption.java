package io.dcd.model.network;

/**
 * An option that the name of a network may carry behind a colon, or a configuration beside the network's base.
 *
 * @param key what stands before the equals sign
 * @param values what may stand behind it, and the usual value
 * @param meaning in a line
 */
public record NetworkOption(String key, String values, String meaning) {}
