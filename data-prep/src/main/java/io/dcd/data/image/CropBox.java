package io.dcd.data.image;

import io.dcd.data.CounterRandom;

/** A rectangle of pixels within an image. */
record CropBox(int x, int y, int width, int height) {
    private static final int TRIES = 10;
    private static final double SMALLEST_RATIO = 3.0 / 4.0;
    private static final double LARGEST_RATIO = 4.0 / 3.0;

    /**
     * The random crop of Inception-style training, with the algorithm and defaults of torchvision's {@code RandomResizedCrop}: area
     * uniform in {@code smallestArea} … 1 of the image's (8 % there), aspect ratio log-uniform in 3/4 … 4/3, place uniform; after ten misfits the largest centred
     * crop whose ratio is allowed.
     */
    static CropBox randomResized(int imageWidth, int imageHeight, double smallestArea, CounterRandom random) {
        double area = (double) imageWidth * imageHeight;
        for (int i = 0; i < TRIES; i++) {
            double targetArea = area * random.nextDouble(smallestArea, 1.0);
            double ratio = Math.exp(random.nextDouble(Math.log(SMALLEST_RATIO), Math.log(LARGEST_RATIO)));
            int width = (int) Math.rint(Math.sqrt(targetArea * ratio));
            int height = (int) Math.rint(Math.sqrt(targetArea / ratio));
            if (width > 0 && width <= imageWidth && height > 0 && height <= imageHeight) {
                int y = random.nextInt(imageHeight - height + 1);
                int x = random.nextInt(imageWidth - width + 1);
                return new CropBox(x, y, width, height);
            }
        }
        double ratio = (double) imageWidth / imageHeight;
        int width = imageWidth;
        int height = imageHeight;
        if (ratio < SMALLEST_RATIO) {
            height = (int) Math.rint(width / SMALLEST_RATIO);
        } else if (ratio > LARGEST_RATIO) {
            width = (int) Math.rint(height * LARGEST_RATIO);
        }
        return centred(imageWidth, imageHeight, width, height);
    }

    /** The box of the given size in the middle of the image, rounded towards the upper left. */
    static CropBox centred(int imageWidth, int imageHeight, int width, int height) {
        return new CropBox((imageWidth - width) / 2, (imageHeight - height) / 2, width, height);
    }
}
