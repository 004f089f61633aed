package io.dcd.engine.backend.onednn;

import io.dcd.engine.graph.Shape;
import io.dcd.engine.operation.KernelBasis;
import java.nio.FloatBuffer;

/** E[n] = [I; m[n]]. */
final class KernelBasisKernel {
    private KernelBasisKernel() {}

    static void forward(KernelBasis operation, KernelBuilder builder) {
        Shape shape = operation.input().shape();
        int channels = shape.channels();
        int samples = builder.samples();
        FloatBuffer x =
                NativeBuffer.of(builder.memory().value(operation.input())).floats();
        FloatBuffer basis =
                NativeBuffer.of(builder.memory().value(operation.output())).floats();
        float[] matrix = new float[(channels + 1) * channels];
        for (int c = 0; c < channels; c++) {
            matrix[c * channels + c] = 1;
        }
        builder.add(() -> {
            for (int n = 0; n < samples; n++) {
                x.get((n * shape.positions() + shape.centre()) * channels, matrix, channels * channels, channels);
                basis.put(n * matrix.length, matrix);
            }
        });
    }
}
