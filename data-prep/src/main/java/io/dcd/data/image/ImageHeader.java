package io.dcd.data.image;

/**
 * What an encoded image says about itself, read by plain Java from its content alone.
 *
 * @param format by magic bytes
 * @param width in pixels, as stored (EXIF orientation ignored)
 * @param height in pixels, as stored
 * @param components channels: 1 grey, 3 colour, 4 CMYK (JPEG) or colour with alpha (PNG); 2 grey with alpha
 */
public record ImageHeader(ImageFormat format, int width, int height, int components) {

    /**
     * Checks everything that can be known without decoding: format, size, and that the file is whole (every segment or chunk within
     * the file, an end marker). Reads each byte at most once and allocates nothing that depends on the content.
     *
     * @param bytes holds the image in its first {@code length} bytes
     * @throws RefusedImageException if the image must not be decoded
     */
    public static ImageHeader check(byte[] bytes, int length, ImageLimits limits) throws RefusedImageException {
        if (length == 0) {
            throw new RefusedImageException(RefusalReason.EMPTY, "no bytes");
        }
        if (length > limits.bytes()) {
            throw new RefusedImageException(
                    RefusalReason.TOO_MANY_BYTES, length + " bytes, the limit is " + limits.bytes());
        }
        return switch (sniff(bytes, length)) {
            case JPEG -> new JpegStructure(bytes, length).check(limits);
            case PNG -> new PngStructure(bytes, length).check(limits);
        };
    }

    /** Whether every reader of JPEG understands the image: grey or three channels, no CMYK, no PNG. */
    public boolean isCommonJpeg() {
        return format == ImageFormat.JPEG && (components == 1 || components == 3);
    }

    private static ImageFormat sniff(byte[] bytes, int length) throws RefusedImageException {
        if (JpegStructure.startsLike(bytes, length)) {
            return ImageFormat.JPEG;
        }
        if (PngStructure.startsLike(bytes, length)) {
            return ImageFormat.PNG;
        }
        StringBuilder start = new StringBuilder();
        for (int i = 0; i < Math.min(length, 8); i++) {
            start.append(String.format(i == 0 ? "%02x" : " %02x", bytes[i]));
        }
        throw new RefusedImageException(RefusalReason.NOT_JPEG_OR_PNG, "starts with " + start);
    }

    ImageHeader within(ImageLimits limits) throws RefusedImageException {
        if (width < 1 || height < 1) {
            throw new RefusedImageException(RefusalReason.BROKEN, "claims " + width + " x " + height + " pixels");
        }
        if ((long) width * height > limits.pixels()) {
            throw new RefusedImageException(
                    RefusalReason.TOO_MANY_PIXELS,
                    "claims " + width + " x " + height + " pixels, the limit is " + limits.pixels());
        }
        return this;
    }
}
