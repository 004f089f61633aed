package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.DropoutMask;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.operation.Dropout;
import java.nio.FloatBuffer;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.desc;

/** y = m·x, dx = m·dy with m = 0 or 1/(1 − rate), drawn anew by each forward pass. */
final class DropoutKernel {
    private DropoutKernel() {}

    static void build(Dropout operation, KernelBuilder builder) {
        int elements = builder.batch() * operation.input().shape().elements();
        desc layout = Layouts.vector(elements);
        memory x = builder.value(operation.input(), layout);
        memory y = builder.value(operation.output(), layout);
        if (!builder.training()) {
            builder.forward(builder.copy(x, y));
            return;
        }
        NativeBuffer factors = builder.keptBuffer(elements);
        memory mask = builder.at(factors, layout);
        builder.forward(draw(factors.floats(), operation.rate(), builder.memory()));
        builder.forward(builder.binary(algorithm.binary_mul, x, mask, y, builder.attributes()));
        if (builder.needsGradient(operation.input())) {
            builder.backward(builder.binary(
                    algorithm.binary_mul,
                    builder.gradient(operation.output(), layout),
                    mask,
                    builder.gradient(operation.input(), layout),
                    builder.attributes(builder.accumulation(operation.input()))));
        }
    }

    private static Runnable draw(FloatBuffer factors, double rate, KernelMemory memory) {
        float kept = (float) (1 / (1 - rate));
        return () -> {
            long key = memory.randomKey();
            for (int i = 0; i < factors.limit(); i++) {
                factors.put(i, DropoutMask.drops(key, i, rate) ? 0 : kept);
            }
        };
    }
}
