package io.dcd.data;

import java.io.Serializable;

/**
 * One class of the data set.
 *
 * @param label rank of the wnid in sorted order, from 0: what a network predicts
 * @param wnid WordNet id such as {@code n01443537}: the key, since class names repeat (crane, maillot)
 * @param words the class in words, for people; empty where the source has none
 */
public record ImageClass(int label, String wnid, String words) implements Serializable {}
