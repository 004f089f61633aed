package io.dcd.engine.plan;

import io.dcd.engine.backend.Phase;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The stages of a graph's forward and backward pass.
 *
 * @param forward in the order in which they run
 * @param backward in the order in which they run; empty for an inference plan
 * @param recomputed the tensors whose values the backward pass computes again instead of reading those of the forward pass
 */
record Schedule(List<Stage> forward, List<Stage> backward, Set<Tensor> recomputed) {
    Schedule {
        forward = List.copyOf(forward);
        backward = List.copyOf(backward);
        recomputed = Set.copyOf(recomputed);
    }

    static Schedule of(Graph graph, GradientFlow gradients, boolean training) {
        List<Stage> forward = forwardStages(graph, training);
        return training
                ? Recomputation.schedule(graph, gradients, forward, backwardStages(graph, gradients))
                : new Schedule(forward, List.of(), Set.of());
    }

    private static List<Stage> forwardStages(Graph graph, boolean training) {
        Scheduler scheduler = new Scheduler();
        Scheduler.Node[] producer = new Scheduler.Node[graph.tensors().size()];
        for (int i = 0; i < graph.operations().size(); i++) {
            Operation operation = graph.operations().get(i);
            Stage.Kind kind = kind(operation);
            boolean reduces = training && operation.reducesBatch();
            Scheduler.Node first = null;
            if (reduces) {
                first = scheduler.add(new Task(i, Phase.REDUCE_FORWARD), kind, false);
            }
            Scheduler.Node node = scheduler.add(new Task(i, Phase.FORWARD), kind, reduces || grows(operation));
            if (first == null) {
                first = node;
            } else {
                first.precedes(node, true);
            }
            for (Tensor input : operation.inputs()) {
                if (producer[input.index()] != null) {
                    producer[input.index()].precedes(first, false);
                }
            }
            producer[operation.output().index()] = node;
        }
        return scheduler.stages();
    }

    private static List<Stage> backwardStages(Graph graph, GradientFlow gradients) {
        Scheduler scheduler = new Scheduler();
        List<List<Scheduler.Node>> contributors = new ArrayList<>();
        graph.tensors().forEach(tensor -> contributors.add(new ArrayList<>()));
        for (int i = graph.operations().size() - 1; i >= 0; i--) {
            Operation operation = graph.operations().get(i);
            if (!gradients.needed(operation.output())) {
                continue;
            }
            Stage.Kind kind = kind(operation);
            Scheduler.Node first = null;
            if (operation.reducesBatch()) {
                first = scheduler.add(new Task(i, Phase.REDUCE_BACKWARD), kind, false);
            }
            boolean late = operation.reducesBatch() || !grows(operation);
            Scheduler.Node node = scheduler.add(new Task(i, Phase.BACKWARD), kind, late);
            if (first == null) {
                first = node;
            } else {
                first.precedes(node, true);
            }
            for (Scheduler.Node contributor :
                    contributors.get(operation.output().index())) {
                contributor.precedes(first, false);
            }
            for (Tensor input : operation.inputs()) {
                if (gradients.needed(input)) {
                    contributors.get(input.index()).add(node);
                }
            }
        }
        return scheduler.stages();
    }

    private static boolean grows(Operation operation) {
        int read = operation.inputs().stream()
                .mapToInt(input -> input.shape().elements())
                .sum();
        return operation.output().shape().elements() >= read;
    }

    private static Stage.Kind kind(Operation operation) {
        boolean vectors = operation.output().shape().positions() == 1
                && operation.inputs().stream().map(Tensor::shape).allMatch(Schedule::isVector);
        return vectors ? Stage.Kind.VECTORS : Stage.Kind.MAPS;
    }

    /** A vector, or a map pooled to at most 2 × 2, as the attention of a dynamic layer reads it. */
    private static boolean isVector(Shape shape) {
        return shape.positions() <= 4;
    }
}
