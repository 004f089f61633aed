package io.dcd.engine.plan;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.Buffer;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where every value and gradient lies. What only one stage touches lives in the scratch of each thread, one slice long;
 * everything else in the arena, one batch long, from the first stage that touches it to the last.
 */
final class Placement {
    private final Graph graph;
    private final PlanOptions options;
    private final List<Stage> stages;
    private final GradientFlow gradients;
    private final int lossTime;
    private final int[] samples;
    private final Map<Item, Uses> uses = new HashMap<>();
    private final Map<Item, ArenaLayout.Block> blocks = new HashMap<>();
    private final long arenaElements;
    private final long scratchElements;

    /** A tensor's values or its gradient. */
    private record Item(Tensor tensor, boolean gradient) {}

    /** The first and last stage, and within a stage the first and last task, that touch an item. */
    private static final class Uses {
        private int firstStage = Integer.MAX_VALUE;
        private int lastStage = -1;
        private int firstTask = Integer.MAX_VALUE;
        private int lastTask = -1;

        void touch(int stage, int task) {
            firstStage = Math.min(firstStage, stage);
            lastStage = Math.max(lastStage, stage);
            firstTask = Math.min(firstTask, task);
            lastTask = Math.max(lastTask, task);
        }

        boolean local() {
            return firstStage == lastStage;
        }
    }

    /**
     * Places everything that the schedule touches.
     *
     * @param share the largest number of samples that one thread owns
     */
    Placement(Graph graph, PlanOptions options, Schedule schedule, GradientFlow gradients, int share, Backend backend) {
        this.graph = graph;
        this.options = options;
        this.gradients = gradients;
        this.stages = new ArrayList<>(schedule.forward());
        this.lossTime = stages.size();
        this.stages.addAll(schedule.backward());
        this.samples = new int[stages.size()];
        findUses();
        for (int i = 0; i < stages.size(); i++) {
            samples[i] = sliceSamples(i, share, backend);
        }
        arenaElements = layOutArena();
        scratchElements = layOutScratch();
    }

    /** The stages, forward and backward, in the order in which they run. */
    List<Stage> stages() {
        return stages;
    }

    /** The number of forward stages; the loss comes after them. */
    int forwardStages() {
        return lossTime;
    }

    /** The largest number of samples in a slice of stage {@code index}. */
    int samples(int index) {
        return samples[index];
    }

    /** The number of values in the arena. */
    long arenaElements() {
        return arenaElements;
    }

    /** The number of values in each thread's scratch. */
    long scratchElements() {
        return scratchElements;
    }

    /** The values of {@code tensor} for a slice, in the arena or in the scratch of the thread that runs it. */
    Buffer value(Tensor tensor, Slice slice, Buffer arena, Buffer scratch) {
        return buffer(new Item(tensor, false), slice, arena, scratch);
    }

    /** The gradient of {@code tensor} for a slice. */
    Buffer gradient(Tensor tensor, Slice slice, Buffer arena, Buffer scratch) {
        return buffer(new Item(tensor, true), slice, arena, scratch);
    }

    private Buffer buffer(Item item, Slice slice, Buffer arena, Buffer scratch) {
        ArenaLayout.Block block = blocks.get(item);
        int elements = item.tensor().shape().elements();
        long length = (long) slice.samples() * elements;
        return uses.get(item).local()
                ? scratch.slice(block.offset(), length)
                : arena.slice(block.offset() + (long) slice.first() * elements, length);
    }

    private void findUses() {
        graph.inputs().forEach(input -> pin(new Item(input, false)));
        pin(new Item(graph.output(), false));
        if (options.training()) {
            pin(new Item(graph.output(), true));
        }
        if (options.inputGradients()) {
            graph.inputs().forEach(input -> pin(new Item(input, true)));
        }
        for (int stage = 0; stage < stages.size(); stage++) {
            List<Task> tasks = stages.get(stage).tasks();
            for (int task = 0; task < tasks.size(); task++) {
                for (Item item : touched(tasks.get(task))) {
                    uses.computeIfAbsent(item, key -> new Uses()).touch(stageTime(stage), task);
                }
            }
        }
    }

    /** Keeps an item that the caller of the plan reads or writes alive throughout. */
    private void pin(Item item) {
        Uses all = uses.computeIfAbsent(item, key -> new Uses());
        all.touch(-1, 0);
        all.touch(stages.size() + 1, 0);
    }

    private int stageTime(int stage) {
        return stage < lossTime ? stage : stage + 1;
    }

    private Set<Item> touched(Task task) {
        Operation operation = graph.operations().get(task.operation());
        Set<Item> items = new LinkedHashSet<>();
        switch (task.phase()) {
            case REDUCE_FORWARD -> operation.inputs().forEach(input -> items.add(new Item(input, false)));
            case FORWARD -> {
                operation.inputs().forEach(input -> items.add(new Item(input, false)));
                items.add(new Item(operation.output(), false));
            }
            case REDUCE_BACKWARD -> {
                operation.keptForBackward().forEach(kept -> items.add(new Item(kept, false)));
                items.add(new Item(operation.output(), true));
            }
            case BACKWARD -> {
                operation.keptForBackward().forEach(kept -> items.add(new Item(kept, false)));
                items.add(new Item(operation.output(), true));
                operation.inputs().stream()
                        .filter(gradients::needed)
                        .forEach(input -> items.add(new Item(input, true)));
            }
        }
        return items;
    }

    private int sliceSamples(int stage, int share, Backend backend) {
        if (stages.get(stage).kind() == Stage.Kind.VECTORS) {
            return share;
        }
        Set<Item> items = new LinkedHashSet<>();
        stages.get(stage).tasks().forEach(task -> items.addAll(touched(task)));
        long elements = items.stream()
                .mapToLong(item -> item.tensor().shape().elements())
                .sum();
        return (int) Math.max(1, Math.min(share, backend.sliceElements() / elements));
    }

    private long layOutArena() {
        List<ArenaLayout.Block> global = new ArrayList<>();
        uses.forEach((item, use) -> {
            if (!use.local()) {
                long elements = (long) options.batch() * item.tensor().shape().elements();
                ArenaLayout.Block block =
                        new ArenaLayout.Block(elements, segment(use.firstStage), segment(use.lastStage));
                blocks.put(item, block);
                global.add(block);
            }
        });
        return new ArenaLayout(global).size();
    }

    /**
     * The number of barriers before a stage. Threads go from stage to stage without waiting for each other, so memory
     * that another item used may serve again only behind a barrier.
     */
    private int segment(int time) {
        int barriers = time > lossTime ? 1 : 0;
        for (int stage = 0; stage < stages.size() && stageTime(stage) < time; stage++) {
            if (stages.get(stage).reduces()) {
                barriers++;
            }
        }
        return barriers;
    }

    private long layOutScratch() {
        Map<Integer, List<ArenaLayout.Block>> local = new HashMap<>();
        uses.forEach((item, use) -> {
            if (use.local()) {
                int stage = use.firstStage < lossTime ? use.firstStage : use.firstStage - 1;
                long elements = (long) samples[stage] * item.tensor().shape().elements();
                ArenaLayout.Block block = new ArenaLayout.Block(elements, use.firstTask, use.lastTask);
                blocks.put(item, block);
                local.computeIfAbsent(stage, key -> new ArrayList<>()).add(block);
            }
        });
        return local.values().stream()
                .mapToLong(stage -> new ArenaLayout(stage).size())
                .max()
                .orElse(0);
    }
}
