package io.dcd.engine.backend.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;

import io.dcd.engine.operation.ImageNormalization;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.desc;
import org.bytedeco.dnnl.post_ops;

/**
 * y = x·scale_c + shift_c. Images are read as rows of whole pixels, as many as divide the batch, so that one row of
 * factors serves every row and vectors are long.
 */
final class ImageNormalizationKernel {
    private static final int CHANNELS = 3;
    private static final int MOST_PIXELS = 16;

    private ImageNormalizationKernel() {}

    static void build(ImageNormalization operation, KernelBuilder builder) {
        long pixels = (long) builder.batch() * operation.output().shape().positions();
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
        post_ops addShift = new post_ops();
        addShift.append_binary(algorithm.binary_add, row);
        binary.primitive_desc descriptor = new binary.primitive_desc(
                builder.engine(),
                algorithm.binary_mul,
                bytes.get_desc(),
                row,
                layout,
                builder.attributes(addShift),
                false);
        builder.forward(builder.call(
                new binary(descriptor),
                descriptor,
                KernelBuilder.argument(DNNL_ARG_SRC_0, bytes),
                KernelBuilder.argument(DNNL_ARG_SRC_1, builder.constant(row, scale)),
                KernelBuilder.argument(
                        DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE | DNNL_ARG_SRC_1, builder.constant(row, shift)),
                KernelBuilder.argument(DNNL_ARG_DST, builder.value(operation.output(), layout))));
    }
}
