package io.dcd.engine.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Places blocks with known lifetimes into one arena, so that blocks that never live together share memory. Larger
 * blocks are placed first, each at the lowest offset that is free during its whole life.
 */
final class ArenaLayout {
    /** Offsets are multiples of this many values, so that every block begins on a cache line of 64 bytes. */
    private static final long ALIGNMENT = 16;

    private final List<Block> placed = new ArrayList<>();
    private long size;

    /** A block that is alive from the time {@code begin} to the time {@code end}, both included. */
    static final class Block {
        private final long elements;
        private final int begin;
        private final int end;
        private long offset = -1;

        Block(long elements, int begin, int end) {
            if (elements < 1 || begin > end) {
                throw new IllegalArgumentException(
                        "a block of %d values cannot live from %d to %d".formatted(elements, begin, end));
            }
            this.elements = elements;
            this.begin = begin;
            this.end = end;
        }

        long elements() {
            return elements;
        }

        /** Where the layout placed it. */
        long offset() {
            return offset;
        }

        private boolean livesWith(Block other) {
            return begin <= other.end && other.begin <= end;
        }

        private long endOffset() {
            return (offset + elements + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        }
    }

    ArenaLayout(List<Block> blocks) {
        blocks.stream()
                .sorted(Comparator.comparingLong(Block::elements).reversed())
                .forEach(this::place);
    }

    /** The number of values in the arena. */
    long size() {
        return size;
    }

    private void place(Block block) {
        List<Block> neighbours = placed.stream()
                .filter(block::livesWith)
                .sorted(Comparator.comparingLong(Block::offset))
                .toList();
        long offset = 0;
        for (Block neighbour : neighbours) {
            if (offset + block.elements <= neighbour.offset) {
                break;
            }
            offset = Math.max(offset, neighbour.endOffset());
        }
        block.offset = offset;
        size = Math.max(size, block.endOffset());
        placed.add(block);
    }
}
