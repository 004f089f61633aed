package io.dcd.engine.backend.onednn;

import io.dcd.engine.operation.ImageNormalization;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.desc;

/**
 * y = x·scale_c + shift_c. Images are read as rows of whole pixels, as many as divide the slice, so that one row of
 * factors serves every row and vectors are long.
 */
final class ImageNormalizationKernel {
    private static final int CHANNELS = 3;
    private static final int MOST_PIXELS = 16;

    private ImageNormalizationKernel() {}

    static void forward(ImageNormalization operation, KernelBuilder builder) {
        long pixels = (long) builder.samples() * operation.output().shape().positions();
        int pixelsPerRow = (int) Math.min(MOST_PIXELS, Long.lowestOneBit(pixels));
        int columns = CHANNELS * pixelsPerRow;
        long rows = pixels / pixelsPerRow;
        float[] scale = new float[columns];
        float[] shift = new float[columns];
        for (int i = 0; i < columns; i++) {
            double deviation = operation.deviation().get(i % CHANNELS);
            scale[i] = (float) (1 / (255 * deviation));
            shift[i] = (float) (-operation.mean().get(i % CHANNELS) / deviation);
        }
        desc row = Layouts.matrix(1, columns);
        desc layout = Layouts.matrix(rows, columns);
        memory bytes = new memory(
                Layouts.byteRows(rows, columns),
                builder.engine(),
                NativePixels.of(builder.memory().pixels()).pointer());
        memory y = builder.value(operation.output(), layout);
        builder.add(builder.copy(bytes, y));
        // Multiplying bytes directly would be one pass, but oneDNN has no fast code for it (146 against 4 ms).
        builder.add(builder.multiplyAdd(y, builder.constant(row, scale), builder.constant(row, shift), y));
    }
}
