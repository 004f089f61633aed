package io.dcd.data.shard;

import java.io.IOException;

/**
 * One row to be written; its image is fetched when there is a place for it.
 *
 * @param bytes length of the encoded image
 * @param original whether these are the bytes of the source
 */
public record NewRow(
        Image image, int bytes, int label, String wnid, String name, int width, int height, boolean original) {

    /** Where an encoded image comes from. */
    public interface Image {
        /** Puts it into {@code target} from {@code offset}; there are as many bytes as its row says. */
        void read(byte[] target, int offset) throws IOException;
    }
}
