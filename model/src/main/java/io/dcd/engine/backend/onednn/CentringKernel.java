package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.onednn.vector.RowVectors;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Centring;
import java.nio.FloatBuffer;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.desc;

/** X̃ = [x − m | 1], tile by tile in Java's arrays; dx is dX̃ without its last column. */
final class CentringKernel implements Runnable {
    /** The values of a tile, about: both sides of it lie in the first-level cache. */
    private static final int TILE_VALUES = 1024;

    private final int samples;
    private final int positions;
    private final int centre;
    private final int channels;
    private final int tileRows;
    private final FloatBuffer input;
    private final FloatBuffer output;
    private final float[] pivot;
    private final float[] rows;
    private final float[] centred;

    private CentringKernel(Centring operation, KernelBuilder builder) {
        Shape shape = operation.input().shape();
        samples = builder.samples();
        positions = shape.positions();
        centre = shape.centre();
        channels = shape.channels();
        tileRows = Math.max(1, TILE_VALUES / channels);
        input = NativeBuffer.of(builder.memory().value(operation.input())).floats();
        output = NativeBuffer.of(builder.memory().value(operation.output())).floats();
        pivot = new float[channels];
        rows = new float[tileRows * channels];
        centred = new float[tileRows * (channels + 1)];
        for (int row = 0; row < tileRows; row++) {
            centred[row * (channels + 1) + channels] = 1;
        }
    }

    static void forward(Centring operation, KernelBuilder builder) {
        builder.add(new CentringKernel(operation, builder));
    }

    static void backward(Centring operation, KernelBuilder builder) {
        Tensor input = operation.input();
        long rows = (long) builder.samples() * input.shape().positions();
        int channels = input.shape().channels();
        memory source = builder.gradient(operation.output(), Layouts.columns(rows, channels + 1L, 0, channels));
        desc target = Layouts.matrix(rows, channels);
        switch (builder.memory().gradientMode(input)) {
            case NONE -> {}
            case OVERWRITE -> builder.add(builder.copy(source, builder.gradient(input, target)));
            case ACCUMULATE -> builder.add(builder.addTo(builder.gradient(input, target), source));
        }
    }

    @Override
    public void run() {
        for (int n = 0; n < samples; n++) {
            input.get((n * positions + centre) * channels, pivot);
            for (int begin = 0; begin < positions; begin += tileRows) {
                int count = Math.min(tileRows, positions - begin);
                input.get((n * positions + begin) * channels, rows, 0, count * channels);
                RowVectors.subtract(rows, count, pivot, centred);
                output.put((n * positions + begin) * (channels + 1), centred, 0, count * (channels + 1));
            }
        }
    }
}
