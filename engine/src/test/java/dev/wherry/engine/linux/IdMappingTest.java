package dev.wherry.engine.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wherry.engine.linux.IdMapping.Range;
import java.util.List;
import org.junit.jupiter.api.Test;

class IdMappingTest {
  private final IdMapping ids =
      new IdMapping(
          IdMapping.inARow(List.of(new Range(0, 300_000, 2000), new Range(0, 200_000, 500))),
          IdMapping.inARow(List.of(new Range(0, 500_000, 10))));

  @Test
  void ranges_follow_each_other_in_the_container() {
    assertThat(ids.userOnHost(0)).hasValue(300_000);
    assertThat(ids.userOnHost(1999)).hasValue(301_999);
    assertThat(ids.userOnHost(2000)).hasValue(200_000);
    assertThat(ids.userOnHost(2499)).hasValue(200_499);
    assertThat(ids.groupOnHost(9)).hasValue(500_009);
    assertThat(IdMapping.text(ids.users())).isEqualTo("0 300000 2000\n2000 200000 500\n");
  }

  @Test
  void what_is_in_no_range_is_nobody() {
    assertThat(ids.userOnHost(2500)).isEmpty();
    assertThat(ids.userOnHost(-1)).isEmpty();
    assertThat(ids.groupOnHost(10)).isEmpty();
    assertThat(ids.userInside(0)).isEmpty();
    assertThat(ids.userInside(299_999)).isEmpty();
    assertThat(ids.userInside(302_000)).isEmpty();
    assertThat(ids.groupInside(499_999)).isEmpty();
  }

  @Test
  void the_way_back_leads_to_the_same_ids() {
    for (long id : List.of(0L, 1L, 1999L, 2000L, 2499L)) {
      assertThat(ids.userInside(ids.userOnHost(id).getAsLong())).hasValue(id);
    }
    assertThat(ids.groupInside(500_003)).hasValue(3);
  }

  @Test
  void without_ranges_all_ids_are_the_same() {
    assertThat(IdMapping.IDENTITY.userOnHost(4_294_967_294L)).hasValue(4_294_967_294L);
    assertThat(IdMapping.IDENTITY.groupInside(7)).hasValue(7);
    assertThat(IdMapping.IDENTITY.rootUser()).isZero();
    assertThat(IdMapping.IDENTITY.mountOptions()).isEmpty();
    assertThat(ids.mountOptions()).isEqualTo(",uid=300000,gid=500000");
  }
}
