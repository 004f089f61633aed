package io.dcd.data;

/**
 * One labelled image as stored.
 *
 * @param row index within the whole split, from 0; the same on every machine and in every epoch, so it identifies the sample
 * @param image the encoded image (JPEG, or PNG), not to be modified
 * @param label class label, 0 … classes − 1
 * @param name file name in the source archive, such as {@code n01443537_10007.JPEG}
 */
@SuppressWarnings("ArrayRecordComponent") // samples are streamed, never compared
public record Sample(long row, byte[] image, int label, String name) {}
