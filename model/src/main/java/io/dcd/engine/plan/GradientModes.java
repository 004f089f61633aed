package io.dcd.engine.plan;

import io.dcd.engine.backend.GradientMode;
import io.dcd.engine.backend.Phase;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Tensor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Which backward task is the first to contribute to the gradient of a tensor, and which add to it. */
final class GradientModes {
    private final Map<Task, Map<Tensor, GradientMode>> modes = new HashMap<>();

    GradientModes(Graph graph, Schedule schedule, GradientFlow gradients) {
        Set<Tensor> written = new HashSet<>();
        written.add(graph.output());
        for (Stage stage : schedule.backward()) {
            for (Task task : stage.tasks()) {
                if (task.phase() != Phase.BACKWARD) {
                    continue;
                }
                Map<Tensor, GradientMode> ofTask = new HashMap<>();
                for (Tensor input : graph.operations().get(task.operation()).inputs()) {
                    if (gradients.needed(input)) {
                        ofTask.put(input, written.add(input) ? GradientMode.OVERWRITE : GradientMode.ACCUMULATE);
                    }
                }
                modes.put(task, ofTask);
            }
        }
    }

    GradientMode of(Task task, Tensor input) {
        return modes.getOrDefault(task, Map.of()).getOrDefault(input, GradientMode.NONE);
    }
}
