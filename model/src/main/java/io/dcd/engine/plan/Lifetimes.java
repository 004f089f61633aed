package io.dcd.engine.plan;

import io.dcd.engine.backend.GradientMode;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Operation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * When each value and gradient of a graph is alive. Operation i runs forward at time i; with n operations the loss
 * comes at time n and the backward pass of operation i at time 2·n − i.
 */
final class Lifetimes {
    private final Graph graph;
    private final PlanOptions options;
    private final int count;
    private final int[] producer;
    private final boolean[] needsGradient;
    private final ArenaLayout.Block[] values;
    private final ArenaLayout.Block[] gradients;
    private final List<Map<Tensor, GradientMode>> modes = new ArrayList<>();

    Lifetimes(Graph graph, PlanOptions options) {
        this.graph = graph;
        this.options = options;
        this.count = graph.operations().size();
        this.producer = new int[graph.tensors().size()];
        this.needsGradient = new boolean[graph.tensors().size()];
        this.values = new ArenaLayout.Block[graph.tensors().size()];
        this.gradients = new ArenaLayout.Block[graph.tensors().size()];
        findProducers();
        layOutValues();
        for (int i = 0; i < count; i++) {
            modes.add(new HashMap<>());
        }
        if (options.training()) {
            findGradients();
            layOutGradients();
        }
    }

    /** The memory of a tensor's values. */
    ArenaLayout.Block value(Tensor tensor) {
        return values[tensor.index()];
    }

    /** The memory of a tensor's gradient, or null if nobody needs it. */
    ArenaLayout.Block gradient(Tensor tensor) {
        return gradients[tensor.index()];
    }

    /** How operation {@code index} treats the gradient of its input. */
    GradientMode mode(int index, Tensor input) {
        return modes.get(index).getOrDefault(input, GradientMode.NONE);
    }

    /** Whether operation {@code index} has a backward pass. */
    boolean runsBackward(int index) {
        return needsGradient[graph.operations().get(index).output().index()];
    }

    /** All blocks that need memory. */
    List<ArenaLayout.Block> blocks() {
        List<ArenaLayout.Block> blocks = new ArrayList<>(Arrays.asList(values));
        for (ArenaLayout.Block gradient : gradients) {
            if (gradient != null) {
                blocks.add(gradient);
            }
        }
        return blocks;
    }

    private int backwardTime(int operation) {
        return 2 * count - operation;
    }

    private void findProducers() {
        Arrays.fill(producer, -1);
        for (int i = 0; i < count; i++) {
            producer[graph.operations().get(i).output().index()] = i;
        }
        for (Tensor tensor : graph.tensors()) {
            if (producer[tensor.index()] < 0 && !graph.inputs().contains(tensor)) {
                throw new IllegalArgumentException(tensor + " is written by no operation and is no input");
            }
        }
    }

    private void layOutValues() {
        int[] end = new int[graph.tensors().size()];
        Arrays.fill(end, -1);
        for (int i = 0; i < count; i++) {
            Operation operation = graph.operations().get(i);
            for (Tensor input : operation.inputs()) {
                end[input.index()] = Math.max(end[input.index()], i);
            }
            if (options.training()) {
                for (Tensor kept : operation.keptForBackward()) {
                    end[kept.index()] = Math.max(end[kept.index()], backwardTime(i));
                }
            }
        }
        for (Tensor tensor : graph.tensors()) {
            int index = tensor.index();
            boolean result = tensor.equals(graph.output());
            if (end[index] < 0 && !result) {
                throw new IllegalArgumentException(tensor + " is used by no operation and is not the output");
            }
            int last = result || graph.inputs().contains(tensor) ? 2 * count + 1 : end[index];
            values[index] = new ArenaLayout.Block(elements(tensor), producer[index], last);
        }
    }

    private void findGradients() {
        for (Tensor input : graph.inputs()) {
            needsGradient[input.index()] = options.inputGradients();
        }
        for (Operation operation : graph.operations()) {
            needsGradient[operation.output().index()] =
                    operation.inputs().stream().anyMatch(input -> needsGradient[input.index()])
                            || operation.parameters().stream().anyMatch(Lifetimes::trainable);
        }
    }

    private static boolean trainable(Parameter parameter) {
        return parameter.kind().trainable();
    }

    private void layOutGradients() {
        int[] begin = new int[graph.tensors().size()];
        Arrays.fill(begin, -1);
        begin[graph.output().index()] = count;
        for (int i = count - 1; i >= 0; i--) {
            for (Tensor input : graph.operations().get(i).inputs()) {
                int index = input.index();
                if (needsGradient[index]) {
                    boolean first = begin[index] < 0;
                    begin[index] = first ? backwardTime(i) : begin[index];
                    modes.get(i).put(input, first ? GradientMode.OVERWRITE : GradientMode.ACCUMULATE);
                }
            }
        }
        for (Tensor tensor : graph.tensors()) {
            int index = tensor.index();
            if (needsGradient[index]) {
                int end = producer[index] < 0 ? 2 * count + 1 : backwardTime(producer[index]);
                gradients[index] = new ArenaLayout.Block(elements(tensor), begin[index], end);
            }
        }
    }

    private long elements(Tensor tensor) {
        return (long) options.batch() * tensor.shape().elements();
    }
}
