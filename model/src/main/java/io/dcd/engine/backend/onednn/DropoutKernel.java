package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.DropoutMask;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.operation.Dropout;
import java.nio.FloatBuffer;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.desc;

/** y = m·x, dx = m·dy with m = 0 or 1/(1 − rate), drawn anew by each pass. */
final class DropoutKernel {
    private DropoutKernel() {}

    static void forward(Dropout operation, KernelBuilder builder) {
        desc layout = layout(operation, builder);
        memory x = builder.value(operation.input(), layout);
        memory y = builder.value(operation.output(), layout);
        if (builder.training()) {
            memory mask = drawnMask(operation, builder);
            builder.add(builder.binary(algorithm.binary_mul, x, mask, y, builder.attributes()));
        } else {
            builder.add(builder.copy(x, y));
        }
    }

    static void backward(Dropout operation, KernelBuilder builder) {
        if (builder.needsGradient(operation.input())) {
            desc layout = layout(operation, builder);
            memory mask = drawnMask(operation, builder);
            builder.add(builder.binary(
                    algorithm.binary_mul,
                    builder.gradient(operation.output(), layout),
                    mask,
                    builder.gradient(operation.input(), layout),
                    builder.attributes(builder.accumulation(operation.input()))));
        }
    }

    private static desc layout(Dropout operation, KernelBuilder builder) {
        return Layouts.vector(
                (long) builder.samples() * operation.input().shape().elements());
    }

    /** The mask, drawn by a step that goes before those that use it. */
    private static memory drawnMask(Dropout operation, KernelBuilder builder) {
        desc layout = layout(operation, builder);
        NativeBuffer factors = builder.keptBuffer(Layouts.floats(layout));
        builder.add(draw(factors.floats(), operation, builder.memory()));
        return builder.at(factors, layout);
    }

    private static Runnable draw(FloatBuffer factors, Dropout operation, KernelMemory memory) {
        double rate = operation.rate();
        float kept = (float) (1 / (1 - rate));
        long first = (long) memory.firstSample() * operation.input().shape().elements();
        return () -> {
            long key = memory.randomKey();
            for (int i = 0; i < factors.limit(); i++) {
                factors.put(i, DropoutMask.drops(key, first + i, rate) ? 0 : kept);
            }
        };
    }
}
