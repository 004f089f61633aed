package io.dcd.engine.plan;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.operation.ImageNormalization;

/** How much memory a plan takes, worked out without taking it. */
public final class PlanMemory {
    private PlanMemory() {}

    /**
     * The bytes of the plan that {@code options} ask for: values and gradients, the threads' scratch, parameters and what folding
     * derives from them, their gradients and velocity, images. Not in it is what kernels take for themselves.
     */
    public static long bytes(Graph graph, Backend backend, PlanOptions options) {
        int threads = Math.min(backend.threads(), options.batch());
        Graph program = Program.of(graph, backend, options).graph();
        GradientFlow gradients = new GradientFlow(program, options.inputGradients());
        Schedule schedule = Schedule.of(program, gradients, options.training());
        int share = (options.batch() + threads - 1) / threads;
        Placement placement = new Placement(program, options, schedule, gradients, share, backend);
        // The vector itself; in training also a gradient for each thread, and the velocity.
        long vectors = options.training() ? 2L + threads : 1;
        long elements = placement.arenaElements()
                + threads * placement.scratchElements()
                + vectors * program.parameterElements();
        long pixels = graph.operations().stream()
                .filter(ImageNormalization.class::isInstance)
                .mapToLong(source -> source.output().shape().elements())
                .findFirst()
                .orElse(0);
        return elements * Float.BYTES + options.batch() * pixels;
    }
}
