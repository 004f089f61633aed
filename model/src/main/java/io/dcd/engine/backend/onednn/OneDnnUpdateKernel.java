package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.UpdateKernel;
import io.dcd.engine.backend.UpdateMemory;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * Stochastic gradient descent in Java: chunk by chunk through arrays that stay in the first-level cache, over which the
 * just-in-time compiler writes vector code.
 */
final class OneDnnUpdateKernel implements UpdateKernel {
    /** Four chunks of 4 KiB lie in a first-level cache of 32 KiB. */
    private static final int CHUNK = 1024;

    private final FloatBuffer parameters;
    private final FloatBuffer[] gradients;
    private final FloatBuffer velocity;
    private final List<UpdateMemory.Slice> slices;
    private final float[] p = new float[CHUNK];
    private final float[] g = new float[CHUNK];
    private final float[] v = new float[CHUNK];
    private final float[] share = new float[CHUNK];

    OneDnnUpdateKernel(UpdateMemory memory) {
        parameters = NativeBuffer.of(memory.parameters()).floats();
        gradients = memory.gradients().stream()
                .map(gradient -> NativeBuffer.of(gradient).floats())
                .toArray(FloatBuffer[]::new);
        velocity = NativeBuffer.of(memory.velocity()).floats();
        slices = memory.slices();
    }

    @Override
    public void update(double learningRate, double momentum, double weightDecay, double gradientScale) {
        float rate = (float) learningRate;
        float m = (float) momentum;
        float scale = (float) gradientScale;
        for (UpdateMemory.Slice slice : slices) {
            float decay = slice.decays() ? (float) weightDecay : 0;
            int end = Math.toIntExact(slice.offset() + slice.elements());
            for (int begin = (int) slice.offset(); begin < end; begin += CHUNK) {
                updateChunk(begin, Math.min(CHUNK, end - begin), rate, m, decay, scale);
            }
        }
    }

    private void updateChunk(int begin, int count, float rate, float momentum, float decay, float scale) {
        parameters.get(begin, p, 0, count);
        loadGradients(begin, count);
        velocity.get(begin, v, 0, count);
        for (int i = 0; i < count; i++) {
            v[i] = momentum * v[i] + (scale * g[i] + decay * p[i]);
        }
        for (int i = 0; i < count; i++) {
            p[i] -= rate * v[i];
        }
        parameters.put(begin, p, 0, count);
        velocity.put(begin, v, 0, count);
    }

    /** Sums the threads' gradients of a chunk into g. */
    private void loadGradients(int begin, int count) {
        gradients[0].get(begin, g, 0, count);
        for (int thread = 1; thread < gradients.length; thread++) {
            gradients[thread].get(begin, share, 0, count);
            for (int i = 0; i < count; i++) {
                g[i] += share[i];
            }
        }
    }

    @Override
    public double gradientSquares() {
        double squares = 0;
        for (UpdateMemory.Slice slice : slices) {
            int end = Math.toIntExact(slice.offset() + slice.elements());
            for (int begin = (int) slice.offset(); begin < end; begin += CHUNK) {
                squares += squares(begin, Math.min(CHUNK, end - begin));
            }
        }
        return squares;
    }

    /** In four sums, so that one addition need not wait for the one before. */
    private double squares(int begin, int count) {
        loadGradients(begin, count);
        double first = 0;
        double second = 0;
        double third = 0;
        double fourth = 0;
        int i = 0;
        for (; i + 3 < count; i += 4) {
            first += (double) g[i] * g[i];
            second += (double) g[i + 1] * g[i + 1];
            third += (double) g[i + 2] * g[i + 2];
            fourth += (double) g[i + 3] * g[i + 3];
        }
        for (; i < count; i++) {
            first += (double) g[i] * g[i];
        }
        return first + second + third + fourth;
    }
}
