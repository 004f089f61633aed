package io.dcd.model.network;

/**
 * What a network is built for.
 *
 * @param imageSize height and width of its input
 * @param classes the number of classes
 * @param stemStride stride of the first convolution: 2 in every paper, 1 for small images
 * @param dropout rate before the classifier
 */
public record NetworkOptions(int imageSize, int classes, int stemStride, double dropout) {
    /** Up to this size the stem keeps the resolution. */
    private static final int SMALL_IMAGE = 64;

    /** Smaller images are mistakes: every network here halves its maps five times. */
    private static final int SMALLEST_IMAGE = 8;

    public NetworkOptions {
        check(imageSize >= SMALLEST_IMAGE, "the image size must be at least %d, got %d", SMALLEST_IMAGE, imageSize);
        check(classes >= 2, "at least 2 classes are needed, got %d", classes);
        check(stemStride == 1 || stemStride == 2, "the stem's stride must be 1 or 2, got %d", stemStride);
        check(dropout >= 0 && dropout < 1, "the dropout rate must lie in 0 ≤ rate < 1, got %s", dropout);
    }

    /** ImageNet as the papers have it: 224 × 224, 1000 classes, no dropout. */
    public static NetworkOptions imageNet() {
        return of(224, 1000);
    }

    /**
     * No dropout, and the usual stem: stride 2, but 1 for images of at most 64 × 64, whose last feature map would
     * otherwise shrink to 2 × 2 or less. Stride 1 costs four times the arithmetic of stride 2 at the same size, which at
     * 64 × 64 is a third of the cost at 224 × 224.
     */
    public static NetworkOptions of(int imageSize, int classes) {
        return new NetworkOptions(imageSize, classes, imageSize <= SMALL_IMAGE ? 1 : 2, 0);
    }

    /** The same with another stem. */
    public NetworkOptions withStemStride(int stride) {
        return new NetworkOptions(imageSize, classes, stride, dropout);
    }

    /** The same with dropout before the classifier. */
    public NetworkOptions withDropout(double rate) {
        return new NetworkOptions(imageSize, classes, stemStride, rate);
    }

    private static void check(boolean condition, String message, Object... arguments) {
        if (!condition) {
            throw new IllegalArgumentException(message.formatted(arguments));
        }
    }
}
