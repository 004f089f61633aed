package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.GradientMode;
import io.dcd.engine.backend.onednn.vector.SampleVectors;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.operation.ScaledSum;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/** y = f·x + b; dx = f·dy, df = Σ over positions of dy·x, db = dy: one pass over the maps in either direction. */
final class ScaledSumKernel {
    private ScaledSumKernel() {}

    static void forward(ScaledSum operation, KernelBuilder builder) {
        SampleVectors vectors = vectors(operation);
        FloatBuffer factors = floats(builder.memory().value(operation.factor()));
        ByteBuffer x = bytes(builder.memory().value(operation.input()));
        ByteBuffer summand = bytes(builder.memory().value(operation.summand()));
        ByteBuffer y = bytes(builder.memory().value(operation.output()));
        int samples = builder.samples();
        builder.add(() -> {
            for (int n = 0; n < samples; n++) {
                vectors.readFactors(factors, n);
                vectors.scaledSum(n, x, summand, y);
            }
        });
    }

    static void backward(ScaledSum operation, KernelBuilder builder) {
        SampleVectors vectors = vectors(operation);
        FloatBuffer factors = floats(builder.memory().value(operation.factor()));
        ByteBuffer x = bytes(builder.memory().value(operation.input()));
        ByteBuffer dy = bytes(builder.memory().gradient(operation.output()));
        GradientMode inputMode = builder.memory().gradientMode(operation.input());
        GradientMode summandMode = builder.memory().gradientMode(operation.summand());
        GradientMode factorMode = builder.memory().gradientMode(operation.factor());
        ByteBuffer dx =
                inputMode == GradientMode.NONE ? null : bytes(builder.memory().gradient(operation.input()));
        ByteBuffer db =
                summandMode == GradientMode.NONE ? null : bytes(builder.memory().gradient(operation.summand()));
        FloatBuffer df =
                factorMode == GradientMode.NONE ? null : floats(builder.memory().gradient(operation.factor()));
        int samples = builder.samples();
        builder.add(() -> {
            for (int n = 0; n < samples; n++) {
                if (dx != null) {
                    vectors.readFactors(factors, n);
                    vectors.gradient(n, x, dy, inputMode == GradientMode.ACCUMULATE, dx);
                } else {
                    vectors.sumProducts(n, x, dy);
                }
                if (db != null) {
                    vectors.passOn(n, dy, summandMode == GradientMode.ACCUMULATE, db);
                }
                if (df != null) {
                    vectors.writeSums(n, factorMode == GradientMode.ACCUMULATE, df);
                }
            }
        });
    }

    private static SampleVectors vectors(ScaledSum operation) {
        Shape shape = operation.input().shape();
        return new SampleVectors(shape.channels(), shape.positions());
    }

    private static ByteBuffer bytes(Buffer buffer) {
        return NativeBuffer.of(buffer).bytes();
    }

    private static FloatBuffer floats(Buffer buffer) {
        return NativeBuffer.of(buffer).floats();
    }
}
