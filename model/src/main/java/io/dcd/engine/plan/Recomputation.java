package io.dcd.engine.plan;

import io.dcd.engine.backend.Phase;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Has values that are cheap to compute computed again in the backward pass instead of being kept from the forward pass:
 * those that only one stage of either pass touches, so that they never exist for more than a slice.
 */
final class Recomputation {
    private final Graph graph;
    private final GradientFlow gradients;
    private final Map<Tensor, Integer> writers = new HashMap<>();
    private final Set<Tensor> recomputed = new HashSet<>();

    private Recomputation(Graph graph, GradientFlow gradients, List<Stage> forward, List<Stage> backward) {
        this.graph = graph;
        this.gradients = gradients;
        Map<Tensor, Integer> forwardStages = stagesThatTouch(forward);
        Map<Tensor, Integer> backwardStages = stagesThatTouch(backward);
        for (int i = 0; i < graph.operations().size(); i++) {
            Operation operation = graph.operations().get(i);
            Tensor output = operation.output();
            if (operation.recomputable()
                    && !output.equals(graph.output())
                    && forwardStages.get(output) == 1
                    && backwardStages.getOrDefault(output, 0) == 1) {
                writers.put(output, i);
                recomputed.add(output);
            }
        }
    }

    /** A schedule of both passes whose backward stages compute again what they would else have to be left. */
    static Schedule schedule(Graph graph, GradientFlow gradients, List<Stage> forward, List<Stage> backward) {
        Recomputation recomputation = new Recomputation(graph, gradients, forward, backward);
        return new Schedule(
                forward,
                backward.stream().map(recomputation::withRecomputations).toList(),
                Set.copyOf(recomputation.recomputed));
    }

    private Map<Tensor, Integer> stagesThatTouch(List<Stage> stages) {
        Map<Tensor, Integer> counts = new HashMap<>();
        for (Stage stage : stages) {
            Set<Tensor> touched = new HashSet<>();
            stage.tasks().forEach(task -> touched.addAll(values(task)));
            touched.forEach(tensor -> counts.merge(tensor, 1, Integer::sum));
        }
        return counts;
    }

    private Stage withRecomputations(Stage stage) {
        List<Task> tasks = new ArrayList<>();
        Set<Tensor> present = new HashSet<>();
        for (Task task : stage.tasks()) {
            recomputeFor(task, present, tasks);
            tasks.add(task);
        }
        return new Stage(stage.kind(), tasks);
    }

    /** Adds what computes the values that {@code task} reads, unless they are present. */
    private void recomputeFor(Task task, Set<Tensor> present, List<Task> tasks) {
        for (Tensor tensor : values(task)) {
            if (recomputed.contains(tensor) && present.add(tensor)) {
                Task again = new Task(writers.get(tensor), Phase.RECOMPUTE);
                recomputeFor(again, present, tasks);
                tasks.add(again);
            }
        }
    }

    private Set<Tensor> values(Task task) {
        return Access.of(graph.operations().get(task.operation()), task.phase(), gradients)
                .values();
    }
}
