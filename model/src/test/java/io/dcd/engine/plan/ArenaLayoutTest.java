package io.dcd.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ArenaLayoutTest {
    @Test
    void blocksThatLiveTogetherNeverOverlap() {
        Random random = new Random(3);
        List<ArenaLayout.Block> blocks = new ArrayList<>();
        List<int[]> lives = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            int begin = random.nextInt(50);
            int end = begin + random.nextInt(12);
            lives.add(new int[] {begin, end});
            blocks.add(new ArenaLayout.Block(1 + random.nextInt(1000), begin, end));
        }
        ArenaLayout layout = new ArenaLayout(blocks);
        long sum = 0;
        for (int i = 0; i < blocks.size(); i++) {
            ArenaLayout.Block a = blocks.get(i);
            sum += a.elements();
            assertThat(a.offset() + a.elements()).as("end of block %d", i).isLessThanOrEqualTo(layout.size());
            assertThat(a.offset() % 16).as("alignment of block %d", i).isZero();
            for (int j = 0; j < i; j++) {
                ArenaLayout.Block b = blocks.get(j);
                boolean together = lives.get(i)[0] <= lives.get(j)[1] && lives.get(j)[0] <= lives.get(i)[1];
                boolean apart = a.offset() + a.elements() <= b.offset() || b.offset() + b.elements() <= a.offset();
                assertThat(!together || apart).as("blocks %d and %d", i, j).isTrue();
            }
        }
        assertThat(layout.size()).as("memory is shared").isLessThan(sum / 2);
    }

    @Test
    void blocksThatNeverMeetShareTheirMemory() {
        ArenaLayout layout =
                new ArenaLayout(List.of(new ArenaLayout.Block(100, 0, 1), new ArenaLayout.Block(100, 2, 3)));
        assertThat(layout.size()).isEqualTo(112);
    }
}
