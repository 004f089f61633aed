package io.dcd.engine.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Gathers tasks into as few stages as their dependencies allow. A task can share the stage of one that it depends on
 * unless a barrier lies between them. Tasks run as early as they can, except for those that make more data than they
 * read: these run as late as they can, next to whoever reads it.
 */
final class Scheduler {
    private final List<Node> nodes = new ArrayList<>();

    /** A task to schedule. */
    static final class Node {
        private final Task task;
        private final Stage.Kind kind;
        private final boolean late;
        private final List<Edge> successors = new ArrayList<>();
        private int level;

        private Node(Task task, Stage.Kind kind, boolean late) {
            this.task = task;
            this.kind = kind;
            this.late = late;
        }

        /** Makes {@code successor}, which must have been added later, wait for this node. */
        void precedes(Node successor, boolean barrier) {
            successors.add(new Edge(successor, barrier || kind != successor.kind ? 1 : 0));
        }
    }

    private record Edge(Node successor, int distance) {}

    /** Adds a task; tasks are added in an order in which they could run. */
    Node add(Task task, Stage.Kind kind, boolean late) {
        Node node = new Node(task, kind, late);
        nodes.add(node);
        return node;
    }

    /** The stages in the order in which they run. */
    List<Stage> stages() {
        for (Node node : nodes) {
            for (Edge edge : node.successors) {
                edge.successor.level = Math.max(edge.successor.level, node.level + edge.distance);
            }
        }
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node node = nodes.get(i);
            if (node.late) {
                node.level = node.successors.stream()
                        .mapToInt(edge -> edge.successor.level - edge.distance)
                        .min()
                        .orElse(node.level);
            }
        }
        Map<StageKey, List<Task>> stages = new TreeMap<>();
        for (Node node : nodes) {
            stages.computeIfAbsent(new StageKey(node.level, node.kind), key -> new ArrayList<>())
                    .add(node.task);
        }
        return stages.entrySet().stream()
                .map(entry -> new Stage(entry.getKey().kind(), entry.getValue()))
                .toList();
    }

    private record StageKey(int level, Stage.Kind kind) implements Comparable<StageKey> {
        private static final Comparator<StageKey> ORDER =
                Comparator.comparing(StageKey::level).thenComparing((Function<StageKey, Stage.Kind>) StageKey::kind);

        @Override
        public int compareTo(StageKey other) {
            return ORDER.compare(this, other);
        }
    }
}
