package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.Phase;
import java.util.function.BiConsumer;

/** Says to a builder what a phase of one operation consists of. */
@FunctionalInterface
interface KernelRecipe {
    void build(Phase phase, KernelBuilder builder);

    /** Of an operation that reduces no batch. */
    static <O> KernelRecipe of(
            O operation, BiConsumer<O, KernelBuilder> forward, BiConsumer<O, KernelBuilder> backward) {
        return (phase, builder) -> (phase == Phase.BACKWARD ? backward : forward).accept(operation, builder);
    }

    /** Of an operation that only inference has. */
    static <O> KernelRecipe forInference(O operation, BiConsumer<O, KernelBuilder> forward) {
        return of(operation, forward, (unused, builder) -> {
            throw new UnsupportedOperationException(operation + " has no backward pass");
        });
    }
}
